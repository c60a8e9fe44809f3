#include "base/sqlite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "base/errors.h"
#include "base/files.h"
#include "tests/small_disk.h"
#include "tests/temp_folder.h"

namespace r1 {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

int64_t one_int(Database& database, const std::string& sql) {
  Statement statement = database.prepare(sql);
  EXPECT_TRUE(statement.step());
  return statement.get_int(0);
}

TEST(Sqlite, EveryTypeComesBackAsItWasBound) {
  TempFolder folder;
  Database database(folder / "a.db", Database::Mode::ReadWrite);
  database.exec("CREATE TABLE t(i, d, t, b, n, e, o)");
  const std::vector<float> floats = {1.5f, -0.0f, 1e-42f};
  const std::string text("a\0b'\"\xC3\xA9", 7);
  database.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)")
      .run(INT64_MIN, 0.1, text, floats, nullptr, std::vector<int32_t>{}, std::optional<double>());
  Statement row = database.prepare("SELECT * FROM t");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.get_int(0), INT64_MIN);
  EXPECT_EQ(row.get_double(1), 0.1);
  EXPECT_EQ(row.get_text(2), text);
  EXPECT_EQ(row.get_array<float>(3), floats);
  EXPECT_TRUE(std::signbit(row.get_array<float>(3)[1]));
  EXPECT_TRUE(row.is_null(4));
  EXPECT_FALSE(row.is_null(5));  // an empty blob is not NULL
  EXPECT_EQ(row.get_array<int32_t>(5).size(), 0u);
  EXPECT_EQ(row.find_double(6), std::nullopt);
  EXPECT_TRUE(std::isnan(row.get_double(6)));
  EXPECT_FALSE(row.step());
}

TEST(Sqlite, EmptyTextIsNotNull) {
  TempFolder folder;
  Database database(folder / "a.db", Database::Mode::ReadWrite);
  Statement statement = database.prepare("SELECT ?");
  statement.bind(1, std::string_view());
  ASSERT_TRUE(statement.step());
  EXPECT_FALSE(statement.is_null(0));
}

TEST(Sqlite, ABlobOfOddSizeIsReported) {
  TempFolder folder;
  Database database(folder / "a.db", Database::Mode::ReadWrite);
  Statement row = database.prepare("SELECT x'010203' AS ids");
  ASSERT_TRUE(row.step());
  EXPECT_THAT([&] { row.get_array<float>(0); },
              ThrowsMessage<IoError>(AllOf(HasSubstr("ids"), HasSubstr("3 bytes"))));
}

TEST(Sqlite, StatementsMayRunAgainAndOutliveTheirDatabase) {
  TempFolder folder;
  std::optional<Database> database;
  database.emplace(folder / "a.db", Database::Mode::ReadWrite);
  database->exec("CREATE TABLE t(x)");
  Statement insert = database->prepare("INSERT INTO t VALUES (?)");
  for (int i = 0; i < 3; ++i) insert.run(i);
  EXPECT_EQ(database->last_insert_id(), 3);
  database.reset();
  insert.run(3);
  Database reader(folder / "a.db", Database::Mode::ReadOnly);
  EXPECT_EQ(one_int(reader, "SELECT sum(x) FROM t"), 6);
}

TEST(Sqlite, AWriterIsDurableAndChecksForeignKeys) {
  TempFolder folder;
  Database database(folder / "a.db", Database::Mode::ReadWrite);
  Statement mode = database.prepare("PRAGMA journal_mode");
  ASSERT_TRUE(mode.step());
  EXPECT_EQ(mode.get_text(0), "wal");
  EXPECT_EQ(one_int(database, "PRAGMA synchronous"), 2);  // FULL
  EXPECT_EQ(one_int(database, "PRAGMA foreign_keys"), 1);
}

TEST(Sqlite, AReaderCannotWrite) {
  TempFolder folder;
  Database writer(folder / "a.db", Database::Mode::ReadWrite);
  writer.exec("CREATE TABLE t(x)");
  Database reader(folder / "a.db", Database::Mode::ReadOnly);
  EXPECT_THROW(reader.exec("INSERT INTO t VALUES (1)"), IoError);
  EXPECT_EQ(one_int(reader, "PRAGMA query_only"), 1);
  EXPECT_THROW(Database(folder / "none.db", Database::Mode::ReadOnly), IoError);
  EXPECT_FALSE(std::filesystem::exists(folder / "none.db"));
}

TEST(Sqlite, AnUnfinishedTransactionIsRolledBack) {
  TempFolder folder;
  Database database(folder / "a.db", Database::Mode::ReadWrite);
  database.exec("CREATE TABLE t(x)");
  {
    Transaction transaction(database);
    database.exec("INSERT INTO t VALUES (1)");
  }
  EXPECT_EQ(one_int(database, "SELECT count(*) FROM t"), 0);
  {
    Transaction transaction(database);
    database.exec("INSERT INTO t VALUES (1)");
    transaction.commit();
  }
  EXPECT_EQ(one_int(database, "SELECT count(*) FROM t"), 1);
}

TEST(Sqlite, ErrorsNamePathStatementAndReason) {
  TempFolder folder;
  Database database(folder / "a.db", Database::Mode::ReadWrite);
  EXPECT_THAT([&] { database.prepare("SELECT nonsense FROM nowhere"); },
              ThrowsMessage<IoError>(AllOf(HasSubstr(folder / "a.db"), HasSubstr("SELECT nonsense"),
                                           HasSubstr("no such table: nowhere"))));
  database.exec("CREATE TABLE t(x UNIQUE)");
  Statement insert = database.prepare("INSERT INTO t VALUES (?)");
  insert.run(1);
  EXPECT_THAT([&] { insert.run(1); }, ThrowsMessage<IoError>(HasSubstr("UNIQUE")));
  EXPECT_NO_THROW(insert.run(2));  // usable after an error
  EXPECT_THAT([&] { insert.bind(2, 1); }, ThrowsMessage<IoError>(HasSubstr("out of range")));
}

TEST(Sqlite, ADamagedFileSaysSo) {
  TempFolder folder;
  write_file_durably(folder / "a.db", std::string(8192, 'x'));
  EXPECT_THAT([&] { Database(folder / "a.db", Database::Mode::ReadWrite); },
              ThrowsMessage<IoError>(HasSubstr("the file is damaged")));
}

TEST(Sqlite, AForkedChildMayNotUseAConnectionAndDoesNotDisturbIt) {
  TempFolder folder;
  Database database(folder / "a.db", Database::Mode::ReadWrite);
  database.exec("CREATE TABLE t(x)");
  const pid_t child = ::fork();
  if (child == 0) {
    int refused = 0;
    try {
      database.exec("INSERT INTO t VALUES (1)");
    } catch (const std::logic_error&) {
      refused = 1;
    }
    { Database dropped = std::move(database); }  // its destructor must not checkpoint or close in the child
    ::_exit(refused ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  database.exec("INSERT INTO t VALUES (2)");
  EXPECT_EQ(one_int(database, "SELECT sum(x) FROM t"), 2);
  EXPECT_TRUE(std::filesystem::exists(folder / "a.db-wal"));
}

TEST(Sqlite, AFullDiskRollsBackAndNamesTheRemedy) {
  TempFolder folder;
  const auto fill = [&] {
    Database database(folder / "a.db", Database::Mode::ReadWrite);
    database.exec("CREATE TABLE t(x); INSERT INTO t VALUES ('first')");
    try {
      Transaction transaction(database);
      Statement insert = database.prepare("INSERT INTO t VALUES (?)");
      for (int i = 0; i < 100; ++i) insert.run(std::string(100'000, 'x'));
      transaction.commit();
      return false;
    } catch (const IoError& error) {
      if (std::string(error.what()).find("free some disk space") == std::string::npos) return false;
    }
    return one_int(database, "SELECT count(*) FROM t") == 1;
  };
  const SmallDisk result = on_small_disk(folder.path(), 2'000'000, fill);
  if (result == SmallDisk::NotPermitted) GTEST_SKIP() << "mounting a tmpfs is not permitted here";
  EXPECT_EQ(result, SmallDisk::Passed);
}

}  // namespace
}  // namespace r1

// SQLite's C API with owners instead of pointers.
//
// One process and one connection writes a database (the WAL-reset bug of SQLite before 3.51.3 needs two); any
// number of readers may look on. Writers use the write-ahead log with synchronous=FULL, so a commit that
// returned survives a power cut. Every error is IoError: path, statement, SQLite's words, remedy.
//
// Threads: one at a time. Forks: a connection must not be used in a forked child (check() fails there);
// destructors do nothing in a child, because closing would checkpoint the parent's log. SQLite opens its
// files with O_CLOEXEC.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3_stmt;

namespace r1 {

// An open connection, shared by a Database and its statements so that neither outlives it.
struct SqliteConnection;

// A prepared statement. Numbered as SQLite does it: parameters from 1, columns from 0.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(int index, int64_t value);
  Statement& bind(int index, int value) { return bind(index, int64_t{value}); }
  Statement& bind(int index, bool value) { return bind(index, int64_t{value}); }
  Statement& bind(int index, double value);  // NaN becomes NULL, as SQLite does it
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, const char* text) { return bind(index, std::string_view(text)); }
  Statement& bind(int index, const std::string& text) { return bind(index, std::string_view(text)); }
  Statement& bind(int index, std::nullptr_t);
  template <class T>
  Statement& bind(int index, const std::optional<T>& value) {
    return value ? bind(index, *value) : bind(index, nullptr);
  }
  // A blob of the elements as they lie in memory (little endian).
  template <class T>
  Statement& bind(int index, const std::vector<T>& values) {
    return bind_blob(index, values.data(), values.size() * sizeof(T));
  }
  // Parameters 1, 2, ... in order.
  template <class... Values>
  Statement& bind_all(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return *this;
  }

  // Advances to the next row. False when there is none; the statement is then ready to be bound and stepped
  // again.
  bool step();
  // A statement without rows: binds, runs it once, and makes it ready again.
  template <class... Values>
  void run(const Values&... values) {
    bind_all(values...);
    run_bound();
  }
  void reset();

  bool is_null(int column) const;
  int64_t get_int(int column) const;       // 0 for NULL
  double get_double(int column) const;     // NaN for NULL
  std::string get_text(int column) const;  // "" for NULL
  std::optional<double> find_double(int column) const;
  std::span<const std::byte> get_blob(int column) const;  // valid until the next step() or reset()
  // A blob as elements of T. Bytes beyond the last whole element are an IoError: the file is damaged.
  template <class T>
  std::vector<T> get_array(int column) const {
    const std::span<const std::byte> bytes = get_blob(column);
    if (bytes.size() % sizeof(T) != 0) fail_blob(column, bytes.size());
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

 private:
  friend class Database;
  Statement(std::shared_ptr<SqliteConnection> connection, sqlite3_stmt* statement);
  Statement& bind_blob(int index, const void* data, size_t size);
  void run_bound();
  void require_ok(int code, const char* action) const;
  [[noreturn]] void fail_blob(int column, size_t size) const;

  std::shared_ptr<SqliteConnection> connection_;
  sqlite3_stmt* statement_;
};

class Database {
 public:
  // ReadWrite creates the file when it is missing. ReadOnly can neither write nor checkpoint.
  enum class Mode { ReadWrite, ReadOnly };
  Database(const std::string& path, Mode mode);

  // One or more statements without parameters; rows are thrown away.
  void exec(const std::string& sql);
  Statement prepare(std::string_view sql);
  int64_t last_insert_id() const;

  const std::string& path() const;

 private:
  friend class Transaction;
  std::shared_ptr<SqliteConnection> connection_;
};

// BEGIN IMMEDIATE ... commit(). Rolled back by the destructor when commit() was not reached.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace r1

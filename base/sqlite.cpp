#include "base/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <utility>

#include "base/errors.h"

namespace r1 {

struct SqliteConnection {
  std::string path;
  sqlite3* handle = nullptr;
  pid_t owner = ::getpid();

  SqliteConnection(std::string file, int flags) : path(std::move(file)) {
    // A connection object may exist even when opening failed; it holds the message and must be closed.
    const int code = ::sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    if (code == SQLITE_OK) return;
    const std::string message = error_text("open", "", code);
    ::sqlite3_close_v2(handle);
    throw IoError(message);
  }
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;
  ~SqliteConnection() {
    if (::getpid() == owner) ::sqlite3_close_v2(handle);
  }

  sqlite3* use() const {
    check(::getpid() == owner, "a SQLite connection is used by the process that opened it");
    return handle;
  }
  std::string error_text(const char* action, std::string_view sql, int code) const;
};

namespace {

const char* remedy(int code, int system_error) {
  const int primary = code & 0xFF;
  if (primary == SQLITE_FULL || system_error == ENOSPC || system_error == EDQUOT) {
    return "; free some disk space and run the command again";
  }
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
    return "; another process writes it: wait or stop that one";
  if (primary == SQLITE_NOTADB || primary == SQLITE_CORRUPT)
    return "; the file is damaged: restore it from a copy";
  if (primary == SQLITE_CANTOPEN) return "; check the path and the permissions of its folder";
  if (primary == SQLITE_READONLY) return "; check the permissions of the file and its folder";
  return "";
}

}  // namespace

std::string SqliteConnection::error_text(const char* action, std::string_view sql, int code) const {
  const int system_error = handle ? ::sqlite3_system_errno(handle) : 0;
  const std::string words = handle ? ::sqlite3_errmsg(handle) : ::sqlite3_errstr(code);
  const std::string statement = sql.empty() ? "" : fmt::format(" `{}`", sql.substr(0, 200));
  return fmt::format("{}: SQLite cannot {}{}: {}{}", path, action, statement, words,
                     remedy(code, system_error));
}

Statement::Statement(std::shared_ptr<SqliteConnection> connection, sqlite3_stmt* statement)
    : connection_(std::move(connection)), statement_(statement) {}

Statement::Statement(Statement&& other) noexcept
    : connection_(std::move(other.connection_)), statement_(std::exchange(other.statement_, nullptr)) {}

Statement::~Statement() {
  if (statement_ && ::getpid() == connection_->owner) ::sqlite3_finalize(statement_);
}

void Statement::require_ok(int code, const char* action) const {
  if (code != SQLITE_OK) throw IoError(connection_->error_text(action, ::sqlite3_sql(statement_), code));
}

Statement& Statement::bind(int index, int64_t value) {
  require_ok(::sqlite3_bind_int64(statement_, index, value), "bind");
  return *this;
}

Statement& Statement::bind(int index, double value) {
  require_ok(::sqlite3_bind_double(statement_, index, value), "bind");
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  const char* data = text.data() ? text.data() : "";  // a null pointer would bind NULL
  require_ok(::sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8),
             "bind");
  return *this;
}

Statement& Statement::bind(int index, std::nullptr_t) {
  require_ok(::sqlite3_bind_null(statement_, index), "bind");
  return *this;
}

Statement& Statement::bind_blob(int index, const void* data, size_t size) {
  const void* bytes = size == 0 ? "" : data;
  require_ok(::sqlite3_bind_blob64(statement_, index, bytes, size, SQLITE_TRANSIENT), "bind");
  return *this;
}

bool Statement::step() {
  connection_->use();
  const int code = ::sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    const std::string message = connection_->error_text("run", ::sqlite3_sql(statement_), code);
    ::sqlite3_reset(statement_);
    throw IoError(message);
  }
  ::sqlite3_reset(statement_);
  return false;
}

void Statement::run_bound() {
  while (step()) {
  }
}

void Statement::reset() {
  ::sqlite3_reset(statement_);
  ::sqlite3_clear_bindings(statement_);
}

bool Statement::is_null(int column) const { return ::sqlite3_column_type(statement_, column) == SQLITE_NULL; }

int64_t Statement::get_int(int column) const { return ::sqlite3_column_int64(statement_, column); }

double Statement::get_double(int column) const {
  return find_double(column).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::optional<double> Statement::find_double(int column) const {
  if (is_null(column)) return std::nullopt;
  return ::sqlite3_column_double(statement_, column);
}

std::string Statement::get_text(int column) const {
  const unsigned char* text = ::sqlite3_column_text(statement_, column);
  if (!text) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<size_t>(::sqlite3_column_bytes(statement_, column))};
}

std::span<const std::byte> Statement::get_blob(int column) const {
  const void* data = ::sqlite3_column_blob(statement_, column);
  if (!data) return {};
  return {static_cast<const std::byte*>(data),
          static_cast<size_t>(::sqlite3_column_bytes(statement_, column))};
}

void Statement::fail_blob(int column, size_t size) const {
  throw IoError(fmt::format(
      "{}: column {} of `{}` holds {} bytes, not a whole number of elements; the file is "
      "damaged: restore it from a copy",
      connection_->path, ::sqlite3_column_name(statement_, column), ::sqlite3_sql(statement_), size));
}

Database::Database(const std::string& path, Mode mode)
    : connection_(std::make_shared<SqliteConnection>(
          path, mode == Mode::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) {
  ::sqlite3_extended_result_codes(connection_->handle, 1);
  ::sqlite3_busy_timeout(connection_->handle, 10'000);
  if (mode == Mode::ReadOnly) {
    exec("PRAGMA query_only = ON");
  } else {
    exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  }
}

void Database::exec(const std::string& sql) {
  const int code = ::sqlite3_exec(connection_->use(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw IoError(connection_->error_text("run", sql, code));
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      ::sqlite3_prepare_v2(connection_->use(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) throw IoError(connection_->error_text("prepare", sql, code));
  return {connection_, statement};
}

int64_t Database::last_insert_id() const { return ::sqlite3_last_insert_rowid(connection_->use()); }

const std::string& Database::path() const { return connection_->path; }

Transaction::Transaction(Database& database) : database_(database) { database_.exec("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  // After some errors (a full disk) SQLite has rolled back by itself and a second ROLLBACK would fail; so be
  // it.
  if (open_ && ::sqlite3_get_autocommit(database_.connection_->handle) == 0) {
    ::sqlite3_exec(database_.connection_->handle, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Transaction::commit() {
  database_.exec("COMMIT");
  open_ = false;
}

}  // namespace r1

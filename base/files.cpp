#include "base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/errors.h"

namespace r1 {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path, int error) {
  const char* remedy = error == ENOSPC || error == EDQUOT ? "; free some space and run the command again"
                       : error == ENOENT                  ? "; check the path"
                       : error == EACCES                  ? "; check the permissions"
                                                          : "";
  throw IoError(fmt::format("{}: cannot {}: {}{}", path, what, std::strerror(error), remedy));
}

// Closes the descriptor on every way out.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

void write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

std::string to_hex(std::span<const unsigned char> bytes) {
  std::string hex;
  for (unsigned char byte : bytes) hex += fmt::format("{:02x}", byte);
  return hex;
}

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    check(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1,
          "OpenSSL offers SHA-256");
  }
  void update(const void* data, size_t size) { EVP_DigestUpdate(context_.get(), data, size); }
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
    return to_hex({digest.data(), size});
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::string read_file(const std::string& path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) fail("open", path, errno);
  struct stat info;
  if (::fstat(file.fd, &info) != 0) fail("stat", path, errno);
  if (S_ISDIR(info.st_mode)) fail("read", path, EISDIR);
  std::string content;
  content.reserve(static_cast<size_t>(info.st_size));
  std::array<char, 1 << 16> buffer;
  for (;;) {
    ssize_t got = ::read(file.fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path, errno);
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<size_t>(got));
  }
}

void fsync_path(const std::string& path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) fail("open", path, errno);
  if (::fsync(file.fd) != 0) fail("fsync", path, errno);
}

void write_file_durably(const std::string& path, std::string_view content) {
  const std::string temporary = fmt::format("{}.tmp-{}", path, ::getpid());
  {
    Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
    if (file.fd < 0) fail("create", temporary, errno);
    try {
      write_all(file.fd, content, temporary);
      if (::fsync(file.fd) != 0) fail("fsync", temporary, errno);
    } catch (...) {
      ::unlink(temporary.c_str());
      throw;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    fail("write", path, error);
  }
  auto folder = std::filesystem::path(path).parent_path();
  fsync_path(folder.empty() ? "." : folder.string());
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hash.hex();
}

std::string sha256_of_file(const std::string& path) {
  MappedFile file(path);
  Sha256 hash;
  hash.update(file.bytes().data(), file.bytes().size());
  return hash.hex();
}

std::string proc_field(const std::string& path, const std::string& name) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(name)) continue;
    const size_t begin = line.find_first_not_of(" \t", line.find(':') + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

uint64_t free_disk_bytes(const std::string& path) {
  std::filesystem::path existing = std::filesystem::absolute(path);
  while (!std::filesystem::exists(existing) && existing.has_relative_path())
    existing = existing.parent_path();
  struct statvfs info;
  if (::statvfs(existing.c_str(), &info) != 0) fail("ask for free space", existing.string(), errno);
  return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
}

void require_free_disk(const std::string& path, uint64_t bytes, std::string_view what) {
  const uint64_t free = free_disk_bytes(path);
  if (free >= bytes) return;
  constexpr double kMiB = 1 << 20;
  throw IoError(
      fmt::format("{}: {} needs {:.1f} MiB and {:.1f} MiB are free; free some space or choose another disk",
                  path, what, static_cast<double>(bytes) / kMiB, static_cast<double>(free) / kMiB));
}

void for_each_line(const std::string& path, const std::function<void(int64_t, std::string_view)>& fn,
                   size_t max_line_bytes) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) fail("open", path, errno);
  std::string pending;
  std::array<char, 1 << 16> buffer;
  int64_t line_number = 0;
  auto require_short = [&](size_t size) {
    if (size <= max_line_bytes) return;
    throw DataError(fmt::format("{}:{}: line longer than {} bytes", path, line_number + 1, max_line_bytes));
  };
  auto emit = [&](std::string_view line) {
    require_short(line.size());
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    fn(++line_number, line);
  };
  for (;;) {
    ssize_t got = ::read(file.fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path, errno);
    if (got == 0) break;
    size_t searched = pending.size();  // no newline in what was there before
    pending.append(buffer.data(), static_cast<size_t>(got));
    size_t begin = 0;
    for (size_t end; (end = pending.find('\n', searched)) != std::string::npos; begin = searched = end + 1) {
      emit(std::string_view(pending).substr(begin, end - begin));
    }
    pending.erase(0, begin);
    require_short(pending.size());
  }
  if (!pending.empty()) emit(pending);
}

MappedFile::MappedFile(const std::string& path) : path_(path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) fail("open", path, errno);
  struct stat info;
  if (::fstat(file.fd, &info) != 0) fail("stat", path, errno);
  if (S_ISDIR(info.st_mode)) fail("map", path, EISDIR);
  size_ = static_cast<size_t>(info.st_size);
  if (size_ == 0) return;
  void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.fd, 0);
  if (mapped == MAP_FAILED) fail("map", path, errno);
  data_ = static_cast<const uint8_t*>(mapped);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)), data_(other.data_), size_(other.size_) {
  other.data_ = nullptr;
  other.size_ = 0;
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<uint8_t*>(data_), size_);
}

FileWriter::FileWriter(const std::string& path, Mode mode) : path_(path) {
  int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (mode == Mode::Append ? O_APPEND : O_TRUNC);
  fd_ = ::open(path.c_str(), flags, 0644);
  if (fd_ < 0) fail("create", path, errno);
}

FileWriter::~FileWriter() {
  if (fd_ >= 0) ::close(fd_);
}

void FileWriter::write(std::string_view bytes) { write_all(fd_, bytes, path_); }

void FileWriter::sync() {
  if (::fsync(fd_) != 0) fail("fsync", path_, errno);
}

void FileWriter::close() {
  if (fd_ < 0) return;
  sync();
  int fd = fd_;
  fd_ = -1;
  if (::close(fd) != 0) fail("close", path_, errno);
}

}  // namespace r1

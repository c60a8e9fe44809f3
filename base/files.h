// Files: whole reads, durable writes, read-only maps, hashes. Errors are IoError with path, reason and remedy.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace r1 {

std::string read_file(const std::string& path);

// Writes `path` so that after a crash it holds either the old or the new content, never a part:
// temporary name, write, fsync, rename, fsync of the folder.
void write_file_durably(const std::string& path, std::string_view content);

// Flushes a file or a folder to the disk.
void fsync_path(const std::string& path);

// SHA-256 as 64 lowercase hexadecimal digits.
std::string sha256_hex(std::string_view bytes);
std::string sha256_of_file(const std::string& path);

// What stands behind "name:" on its line of a file of /proc, e.g. ("/proc/meminfo", "MemAvailable"); "" where there is none.
std::string proc_field(const std::string& path, const std::string& name);

// Bytes free for this user on the file system that holds `path` (the nearest existing parent is asked).
uint64_t free_disk_bytes(const std::string& path);

// IoError with both numbers unless `bytes` are free where `path` is or will be; `what` names what needs them.
void require_free_disk(const std::string& path, uint64_t bytes, std::string_view what);

// Reads a text file line by line in bounded memory: fn(line_number from 1, line without its newline).
// A line longer than `max_line_bytes` is a DataError.
void for_each_line(const std::string& path, const std::function<void(int64_t, std::string_view)>& fn,
                   size_t max_line_bytes = 16u << 20);

// A private read-only map of a whole file. Move-only. bytes() is valid for the object's life.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  std::span<const uint8_t> bytes() const { return {data_, size_}; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

// An append-only writer that reports short writes and full disks. Used for streams of records.
class FileWriter {
 public:
  enum class Mode { Truncate, Append };
  FileWriter(const std::string& path, Mode mode);
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter();

  void write(std::string_view bytes);
  void sync();   // fsync
  void close();  // sync and close; errors throw here instead of vanishing in the destructor

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace r1

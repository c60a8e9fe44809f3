// TensorBoard event files, encoded by hand: TFRecord frames around Event protocol buffers.
//
//   frame  = u64 length | u32 masked_crc32c(length) | data | u32 masked_crc32c(data)         (little endian)
//   Event  = double wall_time = 1, int64 step = 2, one of: string file_version = 3, Summary summary = 5,
//            SessionLog session_log = 7                                   (tensorflow/core/util/event.proto)
//
// The first frame says "brain.Event:2"; the second is SessionLog START, at which TensorBoard forgets points
// of earlier files in the folder whose step is not below it: that is how a resumed run replaces what it does
// again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"

namespace r1 {

// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78) and the masked form that TFRecord stores.
uint32_t crc32c(std::string_view bytes);
uint32_t masked_crc32c(std::string_view bytes);

// One frame, and the three events we write. wall_time is in seconds since 1970.
std::string tfrecord_frame(std::string_view data);
std::string file_version_event(double wall_time);
std::string session_start_event(double wall_time, int64_t first_step);
std::string scalars_event(double wall_time, int64_t step, const std::map<std::string, double>& scalars);

// Appends to one new file. Not for use from several threads. Errors are IoError.
class TensorBoardWriter {
 public:
  // Makes `folder` and a new file events.out.tfevents.<seconds>.<host> in it, whose name sorts after every
  // earlier one (TensorBoard reads files in the order of their names). Steps from first_step on will be
  // written.
  TensorBoardWriter(const std::string& folder, int64_t first_step, double wall_time);

  void write(int64_t step, const std::map<std::string, double>& scalars, double wall_time);
  void sync();  // fsync

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::optional<FileWriter> file_;
};

}  // namespace r1

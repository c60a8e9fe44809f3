// Attention on blocks of keys and values, for every instruction set this machine runs and both precisions: against a
// double-precision reference, and the promise that a row's bits depend on that row alone.
#include "policy/kernels/kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace r1::kernels {

namespace {

// ---- data ------------------------------------------------------------------------------------------------------------

uint16_t to_bf16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
float from_bf16(uint16_t value) {
  const uint32_t bits = uint32_t{value} << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

// An array of elements of either precision.
class Elements {
 public:
  Elements(Precision precision, size_t size, float fill = 0) : precision_(precision) {
    if (precision == Precision::Fp32) full_.assign(size, fill);
    if (precision == Precision::Bf16) half_.assign(size, std::isnan(fill) ? 0x7fc0 : to_bf16(fill));
  }
  Elements(Precision precision, const std::vector<float>& values) : Elements(precision, values.size()) {
    for (size_t i = 0; i < values.size(); ++i) set(i, values[i]);
  }
  void* data() { return precision_ == Precision::Fp32 ? static_cast<void*>(full_.data()) : half_.data(); }
  void* at(size_t i) {
    return static_cast<char*>(data()) + i * static_cast<size_t>(element_size(precision_));
  }
  float get(size_t i) const { return precision_ == Precision::Fp32 ? full_[i] : from_bf16(half_[i]); }
  void set(size_t i, float value) {
    if (precision_ == Precision::Fp32) full_[i] = value;
    if (precision_ == Precision::Bf16) half_[i] = to_bf16(value);
  }
  size_t size() const { return full_.size() + half_.size(); }
  // Bits, so that -0 differs from 0 and NaN equals NaN.
  bool operator==(const Elements& other) const {
    return full_.size() == other.full_.size() && half_ == other.half_ &&
           (full_.empty() ||
            std::memcmp(full_.data(), other.full_.data(), full_.size() * sizeof(float)) == 0);
  }

 private:
  Precision precision_;
  std::vector<float> full_;
  std::vector<uint16_t> half_;
};

// Normal noise that both precisions can hold exactly when `precision` is bf16.
std::vector<float> noise(Precision precision, size_t size, unsigned seed, float scale = 1) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(size);
  for (float& value : values) {
    value = normal(generator) * scale;
    if (precision == Precision::Bf16) value = from_bf16(to_bf16(value));
  }
  return values;
}

// Keys and values of one sequence, [len, Hk, Dh], and where they lie.
struct Rows {
  int64_t len = 0;
  std::vector<float> k, v;
  std::vector<int32_t> blocks;
};

// A store whose blocks are given out in a scattered order. Those nobody owns hold NaN.
class Store {
 public:
  static constexpr int kBlocks = 96;
  Store(const AttentionKernels& kernels, Precision precision, AttentionShape shape, unsigned seed,
        float stale)
      : kernels_(kernels),
        shape_(shape),
        key_(key_block_elements(precision, shape.head_dim) * shape.num_kv_heads),
        value_(value_block_elements(precision, shape.head_dim) * shape.num_kv_heads),
        keys(precision, static_cast<size_t>(kBlocks * key_), std::numeric_limits<float>::quiet_NaN()),
        values(precision, static_cast<size_t>(kBlocks * value_), std::numeric_limits<float>::quiet_NaN()),
        stale_(stale) {
    for (int i = 0; i < kBlocks; ++i) free_.push_back(i);
    std::shuffle(free_.begin(), free_.end(), std::mt19937(seed));
  }
  // Room for `len` rows, filled with finite values of alternating sign.
  std::vector<int32_t> reserve(int64_t len) {
    std::vector<int32_t> blocks;
    for (int64_t i = 0; i < num_key_blocks(len); ++i) {
      if (free_.empty()) throw std::runtime_error("the test needs more blocks");
      const int32_t block = free_.back();
      free_.pop_back();
      blocks.push_back(block);
      for (int64_t j = 0; j < key_; ++j)
        keys.set(static_cast<size_t>(block * key_ + j), j % 3 ? stale_ : -stale_);
      for (int64_t j = 0; j < value_; ++j)
        values.set(static_cast<size_t>(block * value_ + j), j % 3 ? stale_ : -stale_);
    }
    return blocks;
  }
  void write(const Rows& rows, const std::vector<int32_t>& blocks, int64_t begin, int64_t end) {
    const int64_t width = shape_.num_kv_heads * shape_.head_dim;
    kernels_.write_floats({shape_, rows.k.data() + begin * width, rows.v.data() + begin * width, width,
                           end - begin, begin, blocks.data(), keys.data(), values.data()});
  }
  void place(Rows& rows) {
    rows.blocks = reserve(rows.len);
    write(rows, rows.blocks, 0, rows.len);
  }

 private:
  const AttentionKernels& kernels_;
  AttentionShape shape_;
  int64_t key_, value_;

 public:
  Elements keys, values;

 private:
  float stale_;
  std::vector<int32_t> free_;
};

// A group: a prefix (possibly empty) and segments that see it.
struct Sample {
  int64_t num_queries, own_past;
};

struct Scene {
  AttentionShape shape;
  Precision precision;
  const AttentionKernels& kernels;
  Store store;
  Rows prefix;
  std::vector<Rows> own;
  std::vector<AttentionSegment> segments;
  int64_t num_tokens = 0;
  Elements q;

  Scene(const AttentionKernels& kernels, Precision precision, AttentionShape shape, int64_t prefix_len,
        const std::vector<Sample>& samples, unsigned seed = 1, float stale = 3)
      : shape(shape),
        precision(precision),
        kernels(kernels),
        store(kernels, precision, shape, seed, stale),
        prefix(rows(prefix_len, 101)),
        q(precision, 0) {
    store.place(prefix);
    for (const Sample& sample : samples) {
      own.push_back(rows(sample.own_past + sample.num_queries, 200 + static_cast<unsigned>(own.size())));
      store.place(own.back());
      num_tokens += sample.num_queries;
    }
    int64_t token = 0;
    for (size_t i = 0; i < samples.size(); ++i) {
      segments.push_back({token, samples[i].num_queries, prefix.blocks.data(), prefix_len,
                          own[i].blocks.data(), samples[i].own_past});
      token += samples[i].num_queries;
    }
    q = Elements(precision, noise(precision, out_size(), 7));
  }

  Rows rows(int64_t len, unsigned seed) const {
    const size_t size = static_cast<size_t>(len * shape.num_kv_heads * shape.head_dim);
    return {len, noise(precision, size, 2 * seed), noise(precision, size, 2 * seed + 1), {}};
  }
  size_t out_size() const { return static_cast<size_t>(num_tokens * shape.num_heads * shape.head_dim); }
  size_t lse_size() const { return static_cast<size_t>(num_tokens * shape.num_heads); }
  const Rows& own_of(const AttentionSegment& segment) const {
    return own[static_cast<size_t>(&segment - segments.data())];
  }
};

struct Result {
  Elements out;
  std::vector<float> logsumexp;
  bool operator==(const Result& other) const {
    return out == other.out &&
           std::memcmp(logsumexp.data(), other.logsumexp.data(), logsumexp.size() * sizeof(float)) == 0;
  }
};

Result empty_result(const Scene& scene) {
  return {Elements(scene.precision, scene.out_size()), std::vector<float>(scene.lse_size())};
}

AttentionForward forward_args(Scene& scene, Result& result) {
  return {scene.shape,
          scene.segments.data(),
          scene.q.data(),
          scene.store.keys.data(),
          scene.store.values.data(),
          result.out.data(),
          result.logsumexp.data()};
}

// One task per kv head.
void forward_range(Scene& scene, Result& result, int64_t segment_begin, int64_t segment_end, int64_t from,
                   int64_t to) {
  for (int64_t h = 0; h < scene.shape.num_kv_heads; ++h) {
    scene.kernels.forward(forward_args(scene, result), {h, segment_begin, segment_end, from, to});
  }
}

Result forward_all(Scene& scene) {
  Result result = empty_result(scene);
  forward_range(scene, result, 0, static_cast<int64_t>(scene.segments.size()), 0,
                scene.segments.back().num_queries);
  return result;
}

// ---- double-precision reference --------------------------------------------------------------------------------------

// One (query, head): its keys in order, probabilities, output.
struct ReferenceRow {
  std::vector<const float*> k, v;
  std::vector<double> p;
  std::vector<double> out, mass;  // sum p v, sum p |v|
  double logsumexp = 0;
};

ReferenceRow reference_row(const Scene& scene, const AttentionSegment& segment, int64_t query, int64_t head) {
  const auto [H, Hk, Dh] = scene.shape;
  const int64_t kv_head = head / (H / Hk);
  ReferenceRow row;
  const auto see = [&](const Rows& rows, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      row.k.push_back(rows.k.data() + (i * Hk + kv_head) * Dh);
      row.v.push_back(rows.v.data() + (i * Hk + kv_head) * Dh);
    }
  };
  see(scene.prefix, segment.prefix_len);
  see(scene.own_of(segment), segment.own_past + query + 1);
  const size_t q = static_cast<size_t>(((segment.query_begin + query) * H + head) * Dh);
  double max = -std::numeric_limits<double>::infinity(), sum = 0;
  for (const float* k : row.k) {
    double score = 0;
    for (int64_t d = 0; d < Dh; ++d) score += double{scene.q.get(q + static_cast<size_t>(d))} * k[d];
    row.p.push_back(score / std::sqrt(static_cast<double>(Dh)));
    max = std::max(max, row.p.back());
  }
  for (double& p : row.p) sum += p = std::exp(p - max);
  row.logsumexp = max + std::log(sum);
  row.out.assign(static_cast<size_t>(Dh), 0);
  row.mass = row.out;
  for (size_t j = 0; j < row.p.size(); ++j) {
    row.p[j] /= sum;
    for (size_t d = 0; d < row.out.size(); ++d) {
      row.out[d] += row.p[j] * row.v[j][d];
      row.mass[d] += row.p[j] * std::abs(row.v[j][d]);
    }
  }
  return row;
}

// Half a unit in the last place, relatively: what rounding to an element may do to a value. bf16 has 8 significant bits.
// 0 for fp32, where the sums' own slack covers it.
double rounding(Precision precision) { return precision == Precision::Bf16 ? 1.0 / 256 : 0; }

// Scores of normal noise are sums of Dh <= 256 products in fp32 and good to 1e-5; so are probabilities, relatively.
// bf16: each p is rounded once, which moves the output by at most its share of sum p |v|, and the output once more.
// q_scale: how much larger than normal noise the scores are, and so their errors.
void expect_reference(const Scene& scene, const Result& result, double q_scale = 1) {
  const double unit = rounding(scene.precision), fp32 = 3e-5 * q_scale;
  for (const AttentionSegment& segment : scene.segments) {
    for (int64_t query = 0; query < segment.num_queries; ++query) {
      for (int64_t head = 0; head < scene.shape.num_heads; ++head) {
        const ReferenceRow row = reference_row(scene, segment, query, head);
        const size_t at = static_cast<size_t>((segment.query_begin + query) * scene.shape.num_heads + head);
        ASSERT_NEAR(result.logsumexp[at], row.logsumexp, fp32) << "query " << query << " head " << head;
        for (size_t d = 0; d < row.out.size(); ++d) {
          ASSERT_NEAR(result.out.get(at * row.out.size() + d), row.out[d],
                      unit * (row.mass[d] + std::abs(row.out[d])) + fp32 * row.mass[d] + 1e-6)
              << "query " << query << " head " << head << " d " << d << " prefix " << segment.prefix_len
              << " past " << segment.own_past;
        }
      }
    }
  }
}

// ---- the tests ----------------------------------------------------------------------------------------------------------

class Attention : public testing::TestWithParam<std::tuple<int, Precision>> {
 protected:
  void SetUp() override {
    if (std::get<0>(GetParam()) >= runnable(precision()).count)
      GTEST_SKIP() << "this processor lacks the instruction set";
  }
  const AttentionKernels& kernels() const {
    return runnable(precision()).sets[std::get<0>(GetParam())]->attention;
  }
  Precision precision() const { return std::get<1>(GetParam()); }
  Scene scene(AttentionShape shape, int64_t prefix_len, const std::vector<Sample>& samples, unsigned seed = 1,
              float stale = 3) const {
    return Scene(kernels(), precision(), shape, prefix_len, samples, seed, stale);
  }
};
std::string set_and_precision(const testing::TestParamInfo<std::tuple<int, Precision>>& info) {
  constexpr const char* kNames[] = {"plain", "avx2", "avx512", "avx512_bf16"};
  const auto [set, precision] = info.param;
  return std::string(kNames[set]) + (precision == Precision::Fp32 ? "Fp32" : "Bf16");
}
INSTANTIATE_TEST_SUITE_P(Isa, Attention,
                         testing::Combine(testing::Values(0, 1, 2, 3),
                                          testing::Values(Precision::Fp32, Precision::Bf16)),
                         set_and_precision);

std::vector<AttentionShape> shapes() {
  return {{9, 3, 64}, {1, 1, 32}, {4, 4, 20}, {4, 1, 24}, {6, 2, 48}, {3, 1, 80}, {2, 2, 256}, {16, 1, 34}};
}

TEST_P(Attention, ForwardEqualsTheDoublePrecisionReference) {
  std::mt19937 random(3);
  for (const AttentionShape& shape : shapes()) {
    for (int trial = 0; trial < 4; ++trial) {
      std::vector<Sample> samples;
      for (int i = trial < 2 ? 1 : 4; i > 0; --i) {
        samples.push_back({static_cast<int64_t>(random() % 70 + 1),
                           static_cast<int64_t>(random() % 3 ? random() % 40 : 0)});
      }
      Scene s = scene(shape, trial % 2 ? static_cast<int64_t>(random() % 51) : 0, samples);
      expect_reference(s, forward_all(s));
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(Attention, ManyKeysEqualTheReference) {  // more scores than are held for a whole tile
  Scene s = scene({16, 1, 32}, 1100, {{20, 0}});
  expect_reference(s, forward_all(s));
}

// Scores of some hundred, the largest now among the prefix, now among a query's own: only the maximum of both keeps e^x
// within range.
TEST_P(Attention, LargeScoresDoNotOverflow) {
  Scene s = scene({9, 3, 64}, 40, {{20, 0}, {1, 5}});
  s.q = Elements(precision(), noise(precision(), s.out_size(), 7, 128));
  expect_reference(s, forward_all(s), 128);
}

TEST_P(Attention, ARowHasTheSameBitsAloneAndTogether) {
  for (const AttentionShape& shape : shapes()) {
    Scene s = scene(shape, 21, {{1, 0}, {37, 5}, {1, 30}, {1, 2}, {70, 0}});
    const Result together = forward_all(s);
    Result alone = empty_result(s), planned = empty_result(s);
    for (size_t i = 0; i < s.segments.size(); ++i) {
      const int64_t n = static_cast<int64_t>(i);
      for (int64_t j = 0; j < s.segments[i].num_queries; ++j) forward_range(s, alone, n, n + 1, j, j + 1);
    }
    EXPECT_TRUE(alone == together) << "head dim " << shape.head_dim;
    for (const AttentionTask& task : plan_attention_tasks(s.segments.data(), 5, shape, 64)) {
      s.kernels.forward(forward_args(s, planned), task);
    }
    EXPECT_TRUE(planned == together) << "head dim " << shape.head_dim;
  }
}

TEST_P(Attention, APromptFedInPiecesHasTheBitsOfOneCall) {
  for (const AttentionShape& shape : shapes()) {
    Scene s = scene(shape, 19, {{75, 0}});
    const Result whole = forward_all(s);
    Result pieces = empty_result(s);
    const std::vector<int32_t> blocks = s.store.reserve(75);
    int64_t done = 0;
    for (int64_t size : {1, 16, 7, 30, 2, 19}) {
      s.store.write(s.own[0], blocks, done, done + size);
      s.segments = {{done, size, s.prefix.blocks.data(), 19, blocks.data(), done}};
      forward_range(s, pieces, 0, 1, 0, size);
      done += size;
    }
    EXPECT_TRUE(pieces == whole) << "head dim " << shape.head_dim;
  }
}

TEST_P(Attention, ASharedPrefixHasTheBitsOfItsCopies) {
  for (const AttentionShape& shape : shapes()) {
    Scene s = scene(shape, 37, {{1, 4}, {5, 0}, {1, 15}, {1, 16}, {33, 1}});
    const Result shared = forward_all(s);
    std::vector<Rows> copies(s.segments.size(), s.prefix);
    for (size_t i = 0; i < copies.size(); ++i) {
      s.store.place(copies[i]);
      s.segments[i].prefix_blocks = copies[i].blocks.data();
    }
    EXPECT_TRUE(forward_all(s) == shared) << "head dim " << shape.head_dim;
  }
}

TEST_P(Attention, DecodingTokenByTokenHasTheBitsOfThePass) {
  const AttentionShape shape{9, 3, 64};
  const int64_t len = 35, group = 8;
  Scene pass = scene(shape, 50, std::vector<Sample>(group, {len, 0}));
  const Result whole = forward_all(pass);
  std::vector<std::vector<int32_t>> blocks;
  for (int64_t i = 0; i < group; ++i) blocks.push_back(pass.store.reserve(len));
  const size_t row = static_cast<size_t>(shape.num_heads * shape.head_dim);
  const Elements pass_q = pass.q;
  for (int64_t token = 0; token < len; ++token) {
    for (int64_t i = 0; i < group; ++i) {
      pass.store.write(pass.own[static_cast<size_t>(i)], blocks[static_cast<size_t>(i)], token, token + 1);
      pass.segments[static_cast<size_t>(i)] = {
          i, 1, pass.prefix.blocks.data(), 50, blocks[static_cast<size_t>(i)].data(), token};
      for (size_t d = 0; d < row; ++d) {
        pass.q.set(static_cast<size_t>(i) * row + d,
                   pass_q.get(static_cast<size_t>(i * len + token) * row + d));
      }
    }
    const Result step = forward_all(pass);
    for (int64_t i = 0; i < group; ++i) {
      for (size_t d = 0; d < row; ++d) {
        ASSERT_EQ(step.out.get(static_cast<size_t>(i) * row + d),
                  whole.out.get(static_cast<size_t>(i * len + token) * row + d))
            << "sample " << i << " token " << token << " d " << d;
      }
      for (int64_t h = 0; h < shape.num_heads; ++h) {
        ASSERT_EQ(step.logsumexp[static_cast<size_t>(i * shape.num_heads + h)],
                  whole.logsumexp[static_cast<size_t>((i * len + token) * shape.num_heads + h)]);
      }
    }
  }
}

// Rows behind the last key are finite by contract, and nothing else is asked of them: the largest floats change no bit.
TEST_P(Attention, WhatUnwrittenRowsHoldDoesNotMatter) {
  for (const AttentionShape& shape : shapes()) {
    const std::vector<Sample> samples{{1, 2}, {21, 0}, {1, 20}, {40, 3}};
    Scene zeros = scene(shape, 21, samples, 1, 0.0f), huge = scene(shape, 21, samples, 2, 3e38f);
    EXPECT_TRUE(forward_all(zeros) == forward_all(huge)) << "head dim " << shape.head_dim;
  }
}

// Every block that nobody owns holds NaN (Store), and so do those of the segment beside it here.
TEST_P(Attention, NaNInBlocksOfOthersReachesNobody) {
  const AttentionShape shape{9, 3, 64};
  Scene s = scene(shape, 21, {{1, 3}, {1, 8}, {1, 20}});
  const Result clean = forward_all(s);
  for (float& value : s.own[2].k) value = std::numeric_limits<float>::quiet_NaN();
  for (float& value : s.own[2].v) value = std::numeric_limits<float>::quiet_NaN();
  s.store.write(s.own[2], s.own[2].blocks, 0, 21);
  const Result poisoned = forward_all(s);
  const size_t row = static_cast<size_t>(shape.num_heads * shape.head_dim);
  for (size_t i = 0; i < s.out_size(); ++i) {
    if (i / row == 2) {
      ASSERT_TRUE(std::isnan(poisoned.out.get(i))) << "who sees it must not hide it: " << i;
    } else {
      ASSERT_EQ(poisoned.out.get(i), clean.out.get(i)) << i;
    }
  }
}

TEST_P(Attention, ElementsAreWrittenLikeTheirFloats) {
  for (const AttentionShape& shape : shapes()) {
    const int64_t width = shape.num_kv_heads * shape.head_dim, stride = width + 6, len = 41;
    const auto k = noise(precision(), static_cast<size_t>(stride * len), 1),
               v = noise(precision(), k.size(), 2);
    Elements k_elements(precision(), k), v_elements(precision(), v);
    Store floats(kernels(), precision(), shape, 1, 3), elements(kernels(), precision(), shape, 1, 3);
    const auto blocks = floats.reserve(len);
    ASSERT_EQ(elements.reserve(len), blocks);
    kernels().write_floats(
        {shape, k.data(), v.data(), stride, len, 0, blocks.data(), floats.keys.data(), floats.values.data()});
    for (int64_t begin : {0, 1, 20}) {
      const int64_t end = begin == 0 ? 1 : begin == 1 ? 20 : len;
      kernels().write_elements({shape, k_elements.at(static_cast<size_t>(begin * stride)),
                                v_elements.at(static_cast<size_t>(begin * stride)), stride, end - begin,
                                begin, blocks.data(), elements.keys.data(), elements.values.data()});
    }
    EXPECT_TRUE(floats.keys == elements.keys && floats.values == elements.values)
        << "head dim " << shape.head_dim;
  }
}

// ---- backward ----------------------------------------------------------------------------------------------------------

struct Gradients {
  std::vector<float> dq, dk, dv;
  bool operator==(const Gradients&) const = default;
};

// A prompt and the samples that have it as prefix, as a training batch packs them.
struct Group {
  Scene scene;
  std::vector<float> dout;

  Group(Scene s, bool with_prompt) : scene(std::move(s)) {
    if (with_prompt) {  // the prompt's own queries come first; its keys are everybody's prefix
      scene.own.insert(scene.own.begin(), scene.prefix);
      scene.segments.insert(scene.segments.begin(), {0, scene.prefix.len, nullptr, 0, nullptr, 0});
      scene.num_tokens += scene.prefix.len;
    }
    int64_t token = 0;
    for (size_t i = 0; i < scene.segments.size(); ++i) {
      AttentionSegment& segment = scene.segments[i];
      if (segment.prefix_len > 0) segment.prefix_blocks = scene.prefix.blocks.data();
      segment.own_blocks = scene.own[i].blocks.data();
      segment.query_begin = token;
      token += segment.num_queries;
    }
    scene.q = Elements(scene.precision, noise(scene.precision, scene.out_size(), 7));
    dout = noise(scene.precision, scene.out_size(), 8);
  }

  Gradients backward(Result& result, bool heads_reversed = false) {
    const size_t kv = static_cast<size_t>(scene.num_tokens * scene.shape.num_kv_heads * scene.shape.head_dim);
    Gradients g{std::vector<float>(scene.out_size(), 99), std::vector<float>(kv), std::vector<float>(kv)};
    const AttentionBackward args{scene.shape,
                                 scene.segments.data(),
                                 scene.q.data(),
                                 scene.store.keys.data(),
                                 scene.store.values.data(),
                                 result.out.data(),
                                 dout.data(),
                                 result.logsumexp.data(),
                                 g.dq.data(),
                                 g.dk.data(),
                                 g.dv.data()};
    for (int64_t i = 0; i < scene.shape.num_kv_heads; ++i) {
      const int64_t h = heads_reversed ? scene.shape.num_kv_heads - 1 - i : i;
      scene.kernels.backward(args, h, 0, static_cast<int64_t>(scene.segments.size()));
    }
    return g;
  }
};

// Gradients in double, and how far the kernels may be off.
struct ReferenceGradients {
  std::vector<double> dq, dk, dv, dq_slack, dk_slack, dv_slack;
};

// bf16 rounds p, ds and the output that delta is made of, once each; fp32 sums are good to 3e-5 of their terms' size.
void add_reference_row(const Scene& scene, const AttentionSegment& segment, int64_t query, int64_t head,
                       const std::vector<float>& dout, ReferenceGradients& g) {
  const auto [H, Hk, Dh] = scene.shape;
  const ReferenceRow row = reference_row(scene, segment, query, head);
  const double scale = 1 / std::sqrt(static_cast<double>(Dh)), unit = rounding(scene.precision), fp32 = 3e-5;
  const size_t at = static_cast<size_t>(((segment.query_begin + query) * H + head) * Dh);
  double delta = 0, delta_size = 0, delta_slack = 0;
  for (size_t d = 0; d < row.out.size(); ++d) {
    delta += dout[at + d] * row.out[d];
    delta_size += std::abs(dout[at + d]) * row.mass[d];
    delta_slack += std::abs(dout[at + d]) * unit * (row.mass[d] + std::abs(row.out[d]));
  }
  for (size_t j = 0; j < row.p.size(); ++j) {
    const int64_t i = static_cast<int64_t>(j), own = i - segment.prefix_len;
    const int64_t token = own < 0 ? segment.prefix_row + i : segment.query_begin + own;
    const size_t key = static_cast<size_t>((token * Hk + head / (H / Hk)) * Dh);
    double dp = 0, dp_size = 0;
    for (size_t d = 0; d < row.out.size(); ++d) {
      dp += double{dout[at + d]} * row.v[j][d];
      dp_size += std::abs(double{dout[at + d]} * row.v[j][d]);
    }
    const double ds = row.p[j] * (dp - delta) * scale;
    const double ds_slack =
        unit * std::abs(ds) + scale * row.p[j] * (delta_slack * 1.01 + fp32 * (dp_size + delta_size));
    for (size_t d = 0; d < row.out.size(); ++d) {
      const double q = scene.q.get(at + d), k = row.k[j][d];
      g.dq[at + d] += ds * k;
      g.dq_slack[at + d] += ds_slack * std::abs(k);
      g.dk[key + d] += ds * q;
      g.dk_slack[key + d] += ds_slack * std::abs(q);
      g.dv[key + d] += row.p[j] * dout[at + d];
      g.dv_slack[key + d] += (unit + fp32) * row.p[j] * std::abs(dout[at + d]);
    }
  }
}

void expect_within(const std::vector<float>& values, const std::vector<double>& expected,
                   const std::vector<double>& slack, const std::string& what) {
  for (size_t i = 0; i < values.size(); ++i)
    ASSERT_NEAR(values[i], expected[i], slack[i] + 1e-6) << what << " " << i;
}

void expect_reference(const Group& group, const Gradients& gradients) {
  const Scene& scene = group.scene;
  const std::vector<double> queries(gradients.dq.size()), keys(gradients.dk.size());
  ReferenceGradients expected{queries, keys, keys, queries, keys, keys};
  for (const AttentionSegment& segment : scene.segments) {
    for (int64_t query = 0; query < segment.num_queries; ++query) {
      for (int64_t head = 0; head < scene.shape.num_heads; ++head) {
        add_reference_row(scene, segment, query, head, group.dout, expected);
      }
    }
  }
  const std::string shape = " of head dim " + std::to_string(scene.shape.head_dim);
  expect_within(gradients.dv, expected.dv, expected.dv_slack, "dv" + shape);
  expect_within(gradients.dk, expected.dk, expected.dk_slack, "dk" + shape);
  expect_within(gradients.dq, expected.dq, expected.dq_slack, "dq" + shape);
}

TEST_P(Attention, BackwardEqualsTheGradientOfTheReference) {
  for (const AttentionShape& shape : shapes()) {
    Group group(scene(shape, 21, {{1, 0}, {37, 0}, {16, 0}}), true),
        plain_prompt(scene(shape, 0, {{69, 0}, {2, 0}}), false);
    for (Group* g : {&group, &plain_prompt}) {
      Result result = forward_all(g->scene);
      expect_reference(*g, g->backward(result));
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(Attention, BackwardHasTheSameBitsInAnyOrderOfHeadsAndWhateverUnwrittenRowsHold) {
  for (const AttentionShape& shape : shapes()) {
    const std::vector<Sample> samples{{5, 0}, {50, 0}};
    Group zeros(scene(shape, 21, samples, 1, 0.0f), true), huge(scene(shape, 21, samples, 2, 3e38f), true);
    Result result = forward_all(zeros.scene);
    const Gradients expected = zeros.backward(result);
    EXPECT_TRUE(zeros.backward(result, true) == expected) << "head dim " << shape.head_dim;
    EXPECT_TRUE(huge.backward(result) == expected) << "head dim " << shape.head_dim;
  }
}

// ---- tasks ---------------------------------------------------------------------------------------------------------------

TEST(PlanAttentionTasks, EveryQueryOfEveryHeadIsInOneTask) {
  std::mt19937 random(5);
  const int32_t blocks[64] = {};
  for (int trial = 0; trial < 200; ++trial) {
    const AttentionShape shape{static_cast<int64_t>(6 * (random() % 2 + 1)),
                               static_cast<int64_t>(random() % 3 + 1), 64};
    std::vector<AttentionSegment> segments;
    int64_t token = 0;
    for (unsigned i = random() % 40 + 1; i > 0; --i) {
      const int64_t queries = random() % 3 ? 1 : static_cast<int64_t>(random() % 300);
      segments.push_back({token, queries, random() % 4 ? blocks : nullptr,
                          static_cast<int64_t>(random() % 2 * 50), blocks,
                          static_cast<int64_t>(random() % 100)});
      token += queries;
    }
    std::vector<int> count(static_cast<size_t>(token * shape.num_kv_heads));
    for (const AttentionTask& task :
         plan_attention_tasks(segments.data(), static_cast<int64_t>(segments.size()), shape, 4)) {
      for (int64_t s = task.segment_begin; s < task.segment_end; ++s) {
        const AttentionSegment& segment = segments[static_cast<size_t>(s)];
        const int64_t to = s + 1 == task.segment_end ? task.to : segment.num_queries;
        for (int64_t j = s == task.segment_begin ? task.from : 0; j < to; ++j) {
          ++count[static_cast<size_t>((segment.query_begin + j) * shape.num_kv_heads + task.kv_head)];
        }
      }
    }
    for (int times : count) ASSERT_EQ(times, 1) << "trial " << trial;
  }
}

}  // namespace
}  // namespace r1::kernels

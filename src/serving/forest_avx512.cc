// The walk of the trees with 16 rows in the lanes of a vector. The upper six levels of a tree lie in registers, where a node is
// found by a permutation; only the levels below and the rows' values are gathered from memory.
#include "serving/forest.h"

#if defined(__x86_64__)
// GCC 12 takes the intrinsics' own undefined values for ours.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#endif

#include <algorithm>

namespace headrace::serving {

#if defined(__x86_64__)

#define HEADRACE_AVX512 __attribute__((target("avx512f,avx512dq")))

namespace {

constexpr size_t kLanes = 16;
/// Vectors walked at once, which hide each other's waits; what is more than these goes through the trees again.
constexpr size_t kMaxBlocks = 8;

/// Up to 16 nodes, found by the lowest four bits of their place.
struct Nodes16 {
  __m512 thresholds;
  __m512i features;
  HEADRACE_AVX512 Nodes16(const float* threshold, const uint32_t* feature)
      : thresholds(_mm512_loadu_ps(threshold)), features(_mm512_loadu_si512(feature)) {}
  HEADRACE_AVX512 __m512 Threshold(__m512i at) const { return _mm512_permutexvar_ps(at, thresholds); }
  HEADRACE_AVX512 __m512i Feature(__m512i at) const { return _mm512_permutexvar_epi32(at, features); }
};

/// 32 nodes, found by the lowest five bits of their place.
struct Nodes32 {
  Nodes16 low, high;
  HEADRACE_AVX512 Nodes32(const float* threshold, const uint32_t* feature)
      : low(threshold, feature), high(threshold + kLanes, feature + kLanes) {}
  HEADRACE_AVX512 __m512 Threshold(__m512i at) const { return _mm512_permutex2var_ps(low.thresholds, at, high.thresholds); }
  HEADRACE_AVX512 __m512i Feature(__m512i at) const { return _mm512_permutex2var_epi32(low.features, at, high.features); }
};

/// The lanes that go right.
HEADRACE_AVX512 inline __mmask16 GoesRight(__m512i feature, __m512 threshold, __m512i lane, const float* rows) {
  const __m512i column = _mm512_and_si512(feature, _mm512_set1_epi32(0x7fffffff));
  const __m512 value = _mm512_i32gather_ps(_mm512_add_epi32(lane, column), rows, 4);
  const __mmask16 missing = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
  const __mmask16 left = _mm512_cmp_ps_mask(value, threshold, _CMP_LT_OQ) | (missing & _mm512_movepi32_mask(feature));
  return static_cast<__mmask16>(~left);
}

/// One step down in a complete tree.
template <size_t kBlocks, typename Nodes>
HEADRACE_AVX512 inline void Descend(const Nodes& nodes, __m512i (&at)[kBlocks], const __m512i (&lanes)[kBlocks],
                                    const float* rows) {
  for (size_t b = 0; b < kBlocks; ++b) {
    const __mmask16 right = GoesRight(nodes.Feature(at[b]), nodes.Threshold(at[b]), lanes[b], rows);
    at[b] = _mm512_add_epi32(at[b], at[b]);
    at[b] = _mm512_mask_add_epi32(at[b], right, at[b], _mm512_set1_epi32(1));
  }
}

HEADRACE_AVX512 inline void AddValues(const float* values, __m512i at, float* sums) {
  _mm512_storeu_ps(sums, _mm512_add_ps(_mm512_loadu_ps(sums), _mm512_i32gather_ps(at, values, 4)));
}

HEADRACE_AVX512 inline void AddValues(const double* values, __m512i at, double* sums) {
  const __m512d low = _mm512_i32gather_pd(_mm512_castsi512_si256(at), values, 8);
  const __m512d high = _mm512_i32gather_pd(_mm512_extracti64x4_epi64(at, 1), values, 8);
  _mm512_storeu_pd(sums, _mm512_add_pd(_mm512_loadu_pd(sums), low));
  _mm512_storeu_pd(sums + 8, _mm512_add_pd(_mm512_loadu_pd(sums + 8), high));
}

}  // namespace

bool HasForestVectors() { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"); }

template <typename Sum>
template <size_t kBlocks>
HEADRACE_AVX512 void Forest<Sum>::SumBlocks(const float* rows, size_t count, size_t width, Sum* out) const {
  static_assert(sizeof(Node) == 12);
  const __m512i numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  // Lanes beyond the last row walk with it.
  __m512i lanes[kBlocks];
  for (size_t b = 0; b < kBlocks; ++b) {
    const __m512i row = _mm512_add_epi32(numbers, _mm512_set1_epi32(static_cast<int>(b * kLanes)));
    const __m512i present = _mm512_min_epi32(row, _mm512_set1_epi32(static_cast<int>(count - 1)));
    lanes[b] = _mm512_mullo_epi32(present, _mm512_set1_epi32(static_cast<int>(width)));
  }
  Sum sums[kBlocks * kLanes];
  std::copy_n(out, count, sums);
  std::fill(sums + count, sums + kBlocks * kLanes, Sum(0));
  const Node* nodes = nodes_.data();
  for (size_t t = 0; t < trees_.size(); ++t) {
    const uint32_t depth = trees_[t].depth;
    const Top& top = tops_[t];
    __m512i at[kBlocks];
    for (size_t b = 0; b < kBlocks; ++b) at[b] = _mm512_set1_epi32(1);
    // Places 1 to 15 are the first four levels, 16 to 31 the fifth, 32 to 63 the sixth.
    const Nodes16 first(top.threshold.data(), top.feature.data());
    for (uint32_t level = 0; level < std::min(depth, 4u); ++level) Descend<kBlocks>(first, at, lanes, rows);
    if (depth > 4) Descend<kBlocks>(Nodes16(top.threshold.data() + 16, top.feature.data() + 16), at, lanes, rows);
    if (depth > 5) Descend<kBlocks>(Nodes32(top.threshold.data() + 32, top.feature.data() + 32), at, lanes, rows);
    const __m512i before = _mm512_set1_epi32(1 << std::min(depth, kTopLevels));
    for (size_t b = 0; b < kBlocks; ++b) at[b] = _mm512_sub_epi32(at[b], before);
    const Sum* values = top.value.data();
    if (depth > kTopLevels) {
      values = values_.data();
      for (size_t b = 0; b < kBlocks; ++b) at[b] = _mm512_i32gather_epi32(at[b], top.below.data(), 4);
    }
    // Vectors whose lanes have all come to leaves rest.
    uint32_t walking = (1u << kBlocks) - 1;
    for (uint32_t level = kTopLevels; level < depth && walking; ++level) {
      for (size_t b = 0; b < kBlocks; ++b) {
        if (!(walking >> b & 1)) continue;
        const __m512i word = _mm512_add_epi32(_mm512_add_epi32(at[b], at[b]), at[b]);
        const __m512 threshold = _mm512_i32gather_ps(word, &nodes->threshold, 4);
        const __m512i feature = _mm512_i32gather_epi32(word, &nodes->feature, 4);
        const __mmask16 right = GoesRight(feature, threshold, lanes[b], rows);
        const __m512i left = _mm512_i32gather_epi32(word, &nodes->left, 4);
        const __m512i next = _mm512_mask_add_epi32(left, right, left, _mm512_set1_epi32(1));
        if (_mm512_cmpneq_epi32_mask(next, at[b]) == 0) walking &= ~(1u << b);
        at[b] = next;
      }
    }
    for (size_t b = 0; b < kBlocks; ++b) AddValues(values, at[b], sums + b * kLanes);
  }
  std::copy_n(sums, count, out);
}

template <typename Sum>
void Forest<Sum>::SumByVectors(const float* rows, size_t count, size_t width, Sum* out) const {
  using Function = void (Forest::*)(const float*, size_t, size_t, Sum*) const;
  static constexpr Function kByBlocks[kMaxBlocks] = {&Forest::SumBlocks<1>, &Forest::SumBlocks<2>, &Forest::SumBlocks<3>,
                                                     &Forest::SumBlocks<4>, &Forest::SumBlocks<5>, &Forest::SumBlocks<6>,
                                                     &Forest::SumBlocks<7>, &Forest::SumBlocks<8>};
  for (size_t row = 0; row < count;) {
    const size_t taken = std::min(count - row, kMaxBlocks * kLanes);
    (this->*kByBlocks[(taken - 1) / kLanes])(rows + row * width, taken, width, out + row);
    row += taken;
  }
}

#else

bool HasForestVectors() { return false; }
template <typename Sum>
void Forest<Sum>::SumByVectors(const float* rows, size_t count, size_t width, Sum* out) const {
  SumByScalars(rows, count, width, out);
}

#endif

template void Forest<float>::SumByVectors(const float*, size_t, size_t, float*) const;
template void Forest<double>::SumByVectors(const float*, size_t, size_t, double*) const;

}  // namespace headrace::serving

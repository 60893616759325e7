#include <algorithm>

#include "engine/functions/groups.h"
#include "engine/functions/random.h"

namespace headrace::engine {

namespace {

using duckdb::list_entry_t;
using duckdb::LogicalType;
using duckdb::Value;

Value Boxed(int64_t key) { return Value::BIGINT(key); }
Value Boxed(std::string_view key) { return Value::BLOB(reinterpret_cast<duckdb::const_data_ptr_t>(key.data()), key.size()); }

/// The keys of a list, as create_sort_key makes them.
template <class T>
class Keys {
 public:
  Keys(duckdb::Vector& lists, duckdb::idx_t rows) {
    lists.ToUnifiedFormat(rows, lists_);
    duckdb::ListVector::GetEntry(lists).ToUnifiedFormat(duckdb::ListVector::GetListSize(lists), items_);
  }
  /// Without keys where the list is NULL.
  list_entry_t Of(duckdb::idx_t row) const {
    auto index = lists_.sel->get_index(row);
    if (!lists_.validity.RowIsValid(index)) return {0, 0};
    return duckdb::UnifiedVectorFormat::GetData<list_entry_t>(lists_)[index];
  }
  T At(duckdb::idx_t item) const { return kernel_internal::Load<T>(items_, item); }

 private:
  duckdb::UnifiedVectorFormat lists_;
  duckdb::UnifiedVectorFormat items_;
};

/// The bounds that cut a sample's keys into `partitions` ranges, in order; a bound belongs to the range before it. Fewer where
/// there are not so many keys.
template <class T>
void RangeBounds(const Call&, duckdb::DataChunk& args, duckdb::Vector& result) {
  Keys<T> keys(args.data[0], args.size());
  duckdb::UnifiedVectorFormat counts;
  args.data[1].ToUnifiedFormat(args.size(), counts);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* entries = duckdb::FlatVector::GetData<list_entry_t>(result);
  for (duckdb::idx_t row = 0; row < args.size(); row++) {
    auto partitions = kernel_internal::Load<int64_t>(counts, row);
    auto entry = keys.Of(row);
    std::vector<T> sorted;
    sorted.reserve(entry.length);
    for (duckdb::idx_t i = 0; i < entry.length; i++) sorted.push_back(keys.At(entry.offset + i));
    std::sort(sorted.begin(), sorted.end());
    entries[row].offset = duckdb::ListVector::GetListSize(result);
    entries[row].length = 0;
    const double share = static_cast<double>(sorted.size()) / static_cast<double>(std::max<int64_t>(partitions, 1));
    double full = share;
    const T* last = nullptr;
    for (size_t i = 0; i < sorted.size() && static_cast<int64_t>(entries[row].length) < partitions - 1; i++) {
      if (static_cast<double>(i + 1) < full || (last != nullptr && sorted[i] == *last)) continue;
      duckdb::ListVector::PushBack(result, Boxed(sorted[i]));
      entries[row].length++;
      full += share;
      last = &sorted[i];
    }
  }
  if (args.AllConstant()) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

/// The number of the range in which a key is: how many bounds are less.
template <class T>
void RangeOf(const Call&, duckdb::DataChunk& args, duckdb::Vector& result) {
  duckdb::UnifiedVectorFormat values;
  args.data[0].ToUnifiedFormat(args.size(), values);
  Keys<T> bounds(args.data[1], args.size());
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  auto* numbers = duckdb::FlatVector::GetData<int32_t>(result);
  for (duckdb::idx_t row = 0; row < args.size(); row++) {
    T key = kernel_internal::Load<T>(values, row);
    auto entry = bounds.Of(row);
    duckdb::idx_t low = 0, high = entry.length;
    while (low < high) {
      duckdb::idx_t middle = (low + high) / 2;
      if (bounds.At(entry.offset + middle) < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    numbers[row] = static_cast<int32_t>(low);
  }
  if (args.AllConstant()) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

template <class T>
void AddRanges(KernelRegistry& registry, const LogicalType& key) {
  constexpr KernelTraits kSeesNulls{.sees_nulls = true};
  registry.AddVector("spark_range_bounds", {LogicalType::LIST(key), LogicalType::BIGINT}, LogicalType::LIST(key), RangeBounds<T>,
                     kSeesNulls);
  registry.AddVector("spark_range_of", {key, LogicalType::LIST(key)}, LogicalType::INTEGER, RangeOf<T>, kSeesNulls);
}

}  // namespace

void RegisterPartitions(KernelRegistry& registry) {
  // The partition of a number of a range that is cut into `partitions` slices, and of a place dealt out in turn.
  registry.Add("spark_range_partition",
               [](const Call&, int64_t id, int64_t start, int64_t step, int64_t rows, int64_t partitions) -> int32_t {
                 if (rows == 0) return 0;
                 auto place = static_cast<Int128>((id - start) / step);
                 return static_cast<int32_t>(((place + 1) * partitions - 1) / rows);
               });
  registry.Add("spark_range_partition",
               [](const Call&, int32_t id, int64_t, int64_t, int64_t rows, int64_t partitions) -> int32_t {
                 return rows == 0 ? 0 : static_cast<int32_t>(((id + 1) * partitions - 1) / rows);
               });
  registry.Add("spark_partition_of", [](const Call&, int64_t place, int64_t partitions) -> int32_t {
    return static_cast<int32_t>((place % partitions + partitions) % partitions);
  });
  registry.Add("spark_partition_of", [](const Call&, int32_t place, int64_t partitions) -> int32_t {
    return static_cast<int32_t>((place % partitions + partitions) % partitions);
  });
  // The ranges of keys that create_sort_key made: of a BIGINT or, where that is too narrow, of a BLOB.
  AddRanges<int64_t>(registry, LogicalType::BIGINT);
  AddRanges<std::string_view>(registry, LogicalType::BLOB);
  // How many partitions so many rows need.
  registry.Add("spark_partitions_for", [](const Call&, int64_t rows, int64_t each, int64_t most) -> int64_t {
    return std::clamp<int64_t>((rows + each - 1) / each, 1, most);
  });
}

}  // namespace headrace::engine

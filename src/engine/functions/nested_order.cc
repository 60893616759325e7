#include "engine/functions/nested_order.h"

#include <algorithm>

namespace headrace::engine {

using duckdb::LogicalTypeId;
using duckdb::Value;

int CompareNested(const Value& a, const Value& b) {
  if (a.IsNull() || b.IsNull()) return static_cast<int>(b.IsNull()) - static_cast<int>(a.IsNull());
  LogicalTypeId id = a.type().id();
  if (id == LogicalTypeId::LIST || id == LogicalTypeId::STRUCT) {
    const auto& left = id == LogicalTypeId::LIST ? duckdb::ListValue::GetChildren(a) : duckdb::StructValue::GetChildren(a);
    const auto& right = id == LogicalTypeId::LIST ? duckdb::ListValue::GetChildren(b) : duckdb::StructValue::GetChildren(b);
    for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
      if (int order = CompareNested(left[i], right[i]); order != 0) return order;
    }
    return left.size() < right.size() ? -1 : left.size() > right.size() ? 1 : 0;
  }
  if (duckdb::ValueOperations::DistinctLessThan(a, b)) return -1;
  return duckdb::ValueOperations::DistinctLessThan(b, a) ? 1 : 0;
}

Value WithSortedMaps(const Value& value) {
  LogicalTypeId id = value.type().id();
  bool list = id == LogicalTypeId::LIST || id == LogicalTypeId::MAP;
  if (value.IsNull() || (!list && id != LogicalTypeId::STRUCT)) return value;
  duckdb::vector<Value> children = list ? duckdb::ListValue::GetChildren(value) : duckdb::StructValue::GetChildren(value);
  for (auto& child : children) child = WithSortedMaps(child);
  if (id == LogicalTypeId::STRUCT) return Value::STRUCT(value.type(), std::move(children));
  if (id == LogicalTypeId::LIST) return Value::LIST(duckdb::ListType::GetChildType(value.type()), std::move(children));
  auto key = [](const Value& entry) -> const Value& { return duckdb::StructValue::GetChildren(entry)[0]; };
  std::stable_sort(children.begin(), children.end(),
                   [&](const Value& a, const Value& b) { return CompareNested(key(a), key(b)) < 0; });
  return Value::MAP(duckdb::ListType::GetChildType(value.type()), std::move(children));
}

}  // namespace headrace::engine

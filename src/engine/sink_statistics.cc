#include "engine/precompiled.h"

#include "engine/sink_statistics.h"

#include <cmath>

namespace headrace::engine {

namespace {

/// Types whose order Delta's readers use; booleans and binary have only a null count.
bool HasBounds(const delta::DataType& type) {
  return type.IsPrimitive() && type.name != "boolean" && type.name != "binary" && type.name != "variant";
}

/// Whether `path` is one of the comma-separated columns, or lies below one.
bool IsListed(const std::vector<std::string>& path, const std::string& columns) {
  for (const auto& part : duckdb::StringUtil::Split(columns, ',')) {
    std::string name = part;
    duckdb::StringUtil::Trim(name);
    auto wanted = duckdb::StringUtil::Split(name, '.');
    bool prefix = wanted.size() <= path.size();
    for (size_t i = 0; prefix && i < wanted.size(); ++i) {
      duckdb::StringUtil::RTrim(wanted[i], "`");
      if (!wanted[i].empty() && wanted[i][0] == '`') wanted[i].erase(0, 1);
      prefix = delta::EqualsIgnoreCase(wanted[i], path[i]);
    }
    if (prefix) return true;
  }
  return false;
}

}  // namespace

FileStatistics::Plan::Plan(const delta::Schema& schema, const std::vector<std::string>& partition_columns,
                           const std::vector<int>& columns, const delta::TableProperties& properties)
    : layout_(schema, partition_columns) {
  auto listed = properties.DataSkippingStatsColumns();
  int64_t limit = properties.DataSkippingNumIndexedCols();
  int64_t taken = 0;
  for (size_t i = 0; i < layout_.leaves().size(); ++i) {
    const auto& leaf = layout_.leaves()[i];
    if (leaf.is_partition || leaf.type->name == "void") continue;
    if (listed ? !IsListed(leaf.path, *listed) : (limit >= 0 && taken >= limit)) continue;
    ++taken;
    Leaf made;
    made.leaf = i;
    const std::vector<delta::Field>* fields = &schema.fields();
    for (size_t level = 0; level < leaf.path.size(); ++level) {
      size_t index = 0;
      while ((*fields)[index].name != leaf.path[level]) ++index;
      made.position.push_back(level == 0 ? static_cast<size_t>(columns[index]) : index);
      if (level + 1 < leaf.path.size()) fields = &(*fields)[index].type->fields;
    }
    made.bounds = HasBounds(*leaf.type);
    made.date = leaf.type->name == "date";
    made.timestamp = leaf.type->name == "timestamp" || leaf.type->name == "timestamp_ntz";
    if (auto shape = leaf.type->DecimalShape()) made.scale = shape->second;
    leaves_.push_back(std::move(made));
  }
}

FileStatistics::FileStatistics(const Plan& plan)
    : plan_(&plan), bounds_(plan.leaves_.size()), types_(plan.leaves_.size(), duckdb::PhysicalType::INVALID) {}

template <typename T>
void FileStatistics::Integers(const duckdb::Vector& vector, duckdb::idx_t count, Bounds& bounds) {
  const T* data = duckdb::FlatVector::GetData<T>(vector);
  const auto& validity = duckdb::FlatVector::Validity(vector);
  bool known = false;
  T min{};
  T max{};
  auto take = [&](const T& value) {
    if (!known) {
      min = max = value;
      known = true;
    } else {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  };
  if (validity.AllValid()) {
    for (duckdb::idx_t i = 0; i < count; ++i) take(data[i]);
  } else {
    for (duckdb::idx_t i = 0; i < count; ++i) {
      if (validity.RowIsValid(i)) {
        take(data[i]);
      } else {
        ++bounds.nulls;
      }
    }
  }
  if (!known) return;
  auto wide = [](const T& value) -> __int128 {
    if constexpr (std::is_same_v<T, duckdb::hugeint_t>) {
      return (static_cast<__int128>(value.upper) << 64) | value.lower;
    } else {
      return value;
    }
  };
  bounds.min = bounds.known ? std::min(bounds.min, wide(min)) : wide(min);
  bounds.max = bounds.known ? std::max(bounds.max, wide(max)) : wide(max);
  bounds.known = true;
}

template <typename T>
void FileStatistics::Floats(const duckdb::Vector& vector, duckdb::idx_t count, Bounds& bounds) {
  const T* data = duckdb::FlatVector::GetData<T>(vector);
  const auto& validity = duckdb::FlatVector::Validity(vector);
  for (duckdb::idx_t i = 0; i < count; ++i) {
    if (!validity.RowIsValid(i)) {
      ++bounds.nulls;
      continue;
    }
    double value = data[i];
    if (std::isnan(value)) {
      bounds.unbounded = true;
    } else if (!bounds.known) {
      bounds.low = bounds.high = value;
      bounds.known = true;
    } else {
      bounds.low = std::min(bounds.low, value);
      bounds.high = std::max(bounds.high, value);
    }
  }
}

void FileStatistics::Strings(const duckdb::Vector& vector, duckdb::idx_t count, Bounds& bounds) {
  const auto* data = duckdb::FlatVector::GetData<duckdb::string_t>(vector);
  const auto& validity = duckdb::FlatVector::Validity(vector);
  std::string_view least;
  std::string_view greatest;
  bool known = false;
  for (duckdb::idx_t i = 0; i < count; ++i) {
    if (!validity.RowIsValid(i)) {
      ++bounds.nulls;
      continue;
    }
    std::string_view value(data[i].GetData(), data[i].GetSize());
    if (!known) {
      least = greatest = value;
      known = true;
    } else {
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  }
  if (!known) return;
  if (!bounds.known || least < bounds.least) bounds.least = least;
  if (!bounds.known || greatest > bounds.greatest) bounds.greatest = greatest;
  bounds.known = true;
}

void FileStatistics::Update(duckdb::DataChunk& chunk) {
  using duckdb::PhysicalType;
  rows_ += static_cast<int64_t>(chunk.size());
  const duckdb::idx_t count = chunk.size();
  for (size_t i = 0; i < plan_->leaves_.size(); ++i) {
    const Plan::Leaf& leaf = plan_->leaves_[i];
    duckdb::Vector* vector = &chunk.data[leaf.position[0]];
    vector->Flatten(count);
    for (size_t level = 1; level < leaf.position.size(); ++level) {
      vector = duckdb::StructVector::GetEntries(*vector)[leaf.position[level]].get();
      vector->Flatten(count);
    }
    Bounds& bounds = bounds_[i];
    types_[i] = vector->GetType().InternalType();
    if (!leaf.bounds) {
      bounds.nulls += static_cast<int64_t>(count - duckdb::FlatVector::Validity(*vector).CountValid(count));
      continue;
    }
    switch (types_[i]) {
      case PhysicalType::INT8:
        Integers<int8_t>(*vector, count, bounds);
        break;
      case PhysicalType::INT16:
        Integers<int16_t>(*vector, count, bounds);
        break;
      case PhysicalType::INT32:
        Integers<int32_t>(*vector, count, bounds);
        break;
      case PhysicalType::INT64:
        Integers<int64_t>(*vector, count, bounds);
        break;
      case PhysicalType::INT128:
        Integers<duckdb::hugeint_t>(*vector, count, bounds);
        break;
      case PhysicalType::FLOAT:
        Floats<float>(*vector, count, bounds);
        break;
      case PhysicalType::DOUBLE:
        Floats<double>(*vector, count, bounds);
        break;
      case PhysicalType::VARCHAR:
        Strings(*vector, count, bounds);
        break;
      default:
        throw duckdb::InternalException("no statistics for %s", vector->GetType().ToString());
    }
  }
}

void FileStatistics::Merge(const FileStatistics& other) {
  rows_ += other.rows_;
  for (size_t i = 0; i < bounds_.size(); ++i) {
    Bounds& into = bounds_[i];
    const Bounds& from = other.bounds_[i];
    if (other.types_[i] != duckdb::PhysicalType::INVALID) types_[i] = other.types_[i];
    into.nulls += from.nulls;
    into.unbounded = into.unbounded || from.unbounded;
    if (!from.known) continue;
    if (!into.known) {
      int64_t nulls = into.nulls;
      bool unbounded = into.unbounded;
      into = from;
      into.nulls = nulls;
      into.unbounded = unbounded;
      continue;
    }
    into.min = std::min(into.min, from.min);
    into.max = std::max(into.max, from.max);
    into.low = std::min(into.low, from.low);
    into.high = std::max(into.high, from.high);
    if (from.least < into.least) into.least = from.least;
    if (from.greatest > into.greatest) into.greatest = from.greatest;
  }
}

std::string FileStatistics::Json() const {
  delta::FileStats stats;
  stats.num_records = rows_;
  stats.columns.resize(plan_->layout_.leaves().size());
  for (size_t i = 0; i < bounds_.size(); ++i) {
    const Plan::Leaf& leaf = plan_->leaves_[i];
    const Bounds& bounds = bounds_[i];
    delta::ColumnStats& column = stats.columns[leaf.leaf];
    column.null_count = bounds.nulls;
    if (!leaf.bounds || !bounds.known || bounds.unbounded) continue;
    auto number = [&](__int128 value) -> delta::Value {
      if (leaf.date) return delta::Date{static_cast<int32_t>(value)};
      if (leaf.timestamp) return delta::Timestamp{static_cast<int64_t>(value)};
      if (leaf.scale >= 0) return delta::Decimal{value, leaf.scale};
      return static_cast<int64_t>(value);
    };
    if (types_[i] == duckdb::PhysicalType::VARCHAR) {
      column.min = delta::TruncateMin(bounds.least);
      if (auto cut = delta::TruncateMax(bounds.greatest)) column.max = *cut;
    } else if (types_[i] == duckdb::PhysicalType::FLOAT || types_[i] == duckdb::PhysicalType::DOUBLE) {
      column.min = bounds.low;
      column.max = bounds.high;
    } else {
      column.min = number(bounds.min);
      column.max = number(bounds.max);
    }
  }
  return delta::FormatStats(stats, plan_->layout_);
}

}  // namespace headrace::engine

#include "serving/feature_lookup.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <thread>

#include "base/error.h"

namespace headrace::serving {
namespace {

using features::OnlineColumn;
using features::OnlineRow;
using features::OnlineType;
using features::RowView;

[[noreturn]] void ThrowBad(const std::string& message) { throw Error(ErrorKind::kInvalidParameter, "BAD_REQUEST", message); }

Scalar ToScalar(const json::value& value) {
  Scalar out;
  switch (value.kind()) {
    case json::kind::null:
      out.kind = Scalar::Kind::kNull;
      break;
    case json::kind::bool_:
      out.kind = Scalar::Kind::kBool;
      out.integer = value.get_bool();
      break;
    case json::kind::int64:
      out.kind = Scalar::Kind::kInt;
      out.integer = value.get_int64();
      out.real = static_cast<double>(out.integer);
      break;
    case json::kind::uint64:
      out.kind = Scalar::Kind::kReal;
      out.real = static_cast<double>(value.get_uint64());
      break;
    case json::kind::double_:
      out.kind = Scalar::Kind::kReal;
      out.real = value.get_double();
      break;
    case json::kind::string:
      out.kind = Scalar::Kind::kText;
      out.text = value.get_string();
      break;
    default:
      out.kind = Scalar::Kind::kNested;
  }
  return out;
}

json::value ToJson(const RowView& row, const OnlineColumn& column, size_t at) {
  if (row.IsNull(at)) return nullptr;
  switch (column.type) {
    case OnlineType::kBoolean:
      return row.Int(at) != 0;
    case OnlineType::kInteger:
    case OnlineType::kLong:
      return row.Int(at);
    case OnlineType::kFloat:
    case OnlineType::kDouble:
    case OnlineType::kDecimal:
      return row.Number(at);
    case OnlineType::kDate:
      return json::value(features::FormatDate(row.Int(at)));
    case OnlineType::kTimestamp:
      return json::value(features::FormatTimestamp(row.Int(at)));
    case OnlineType::kJson:
      return ParseJson(row.Text(at));
    case OnlineType::kString:
      return json::value(row.Text(at));
    case OnlineType::kBinary:
      ThrowUnsupported("serving the binary feature '" + column.name + "'");
  }
  ThrowInternal("an online type without a JSON form");
}

}  // namespace

FeatureLookup::FeatureLookup(std::string table, std::vector<std::string> keys, InputLayout* layout)
    : table_(std::move(table)), keys_(std::move(keys)) {
  for (const auto& key : keys_) {
    if (layout) key_places_.push_back(layout->AddKey(key));
  }
}

void FeatureLookup::Add(const features::FeatureSpecColumn& column, size_t model_column) {
  Feature feature{column.feature, column.name, model_column, std::numeric_limits<double>::quiet_NaN(), nullptr};
  if (column.default_value) {
    feature.default_value = *column.default_value;
    if (feature.default_value.is_number()) feature.default_number = feature.default_value.to_number<double>();
    if (feature.default_value.is_bool()) feature.default_number = feature.default_value.get_bool();
  }
  features_.push_back(std::move(feature));
}

std::shared_ptr<const FeatureLookup::Bound> FeatureLookup::Current(const features::OnlineStore& store) const {
  auto table = store.Find(table_);
  auto bound = bound_.load(std::memory_order_acquire);
  if (bound && bound->table == table) return bound;
  if (!table) {
    throw Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST",
                "Feature table '" + table_ + "' is not published to the online store; call publish_table first.");
  }
  const auto& info = table->info();
  if (info.primary_keys.size() != keys_.size()) {
    ThrowBad("Feature table '" + table_ + "' has " + std::to_string(info.primary_keys.size()) +
             " primary keys, but the model looks it up by " + std::to_string(keys_.size()) + ".");
  }
  auto fresh = std::make_shared<Bound>();
  for (const auto& schema : info.schemas) {
    auto& places = fresh->places.emplace_back();
    for (const auto& feature : features_) {
      const int at = schema.Find(feature.name);
      const OnlineType type = at < 0 ? OnlineType::kJson : schema.columns[at].type;
      places.push_back({at, type == OnlineType::kDouble || type == OnlineType::kFloat});
    }
  }
  for (size_t i = 0; i < features_.size(); ++i) {
    if (fresh->places.back()[i].at < 0) {
      throw Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST",
                  "Feature '" + features_[i].name + "' of table '" + table_ + "' is not published to the online store.");
    }
  }
  fresh->table = std::move(table);
  bound_.store(fresh, std::memory_order_release);
  return fresh;
}

void FeatureLookup::Bind(const features::OnlineStore& store) const { Current(store); }

void FeatureLookup::ThrowMissingKey(const std::string& name) const {
  ThrowBad("Model is missing inputs ['" + name + "']: it is the lookup key of feature table '" + table_ + "'.");
}

void FeatureLookup::AppendKeyPart(const OnlineColumn& column, const Scalar& value, std::string* key) const {
  // The common cases without a variant in between.
  const bool whole = column.type == OnlineType::kLong || column.type == OnlineType::kInteger;
  if (whole && value.kind == Scalar::Kind::kInt) return features::AppendIntKey(value.integer, key);
  if (column.type == OnlineType::kString && value.kind == Scalar::Kind::kText) return features::AppendTextKey(value.text, key);
  switch (value.kind) {
    case Scalar::Kind::kBool:
      return features::AppendKey(column, value.integer != 0, key);
    case Scalar::Kind::kInt:
      return features::AppendKey(column, value.integer, key);
    case Scalar::Kind::kReal:
      return features::AppendKey(column, value.real, key);
    case Scalar::Kind::kText:
      return features::AppendKey(column, std::string(value.text), key);
    default:
      ThrowBad("The value of lookup key '" + column.name + "' is a list or an object.");
  }
}

template <typename Read>
FeatureLookup::Found FeatureLookup::WithCurrent(const features::OnlineStore& store, bool may_block, Read read) const {
  // A publish installs its state right after it wrote its rows.
  constexpr auto kPause = std::chrono::microseconds(100);
  for (int attempt = 0; attempt < 100'000; ++attempt) {
    const Found found = read(*Current(store));
    if (found != Found::kNewer) return found;
    if (!may_block) return Found::kOnDisk;
    std::this_thread::sleep_for(kPause);
  }
  ThrowInternal("rows of table '" + table_ + "' in a schema that no publish installed");
}

bool FeatureLookup::Fill(const features::OnlineStore& store, ScoringInput* input, bool may_block) const {
  const auto fill = [&](const Bound& bound) { return FillFrom(bound, input, may_block); };
  return WithCurrent(store, may_block, fill) == Found::kRow;
}

FeatureLookup::Found FeatureLookup::Look(const Bound& bound, const ScoringInput& input, size_t row, bool may_block,
                                         OnlineRow* online) const {
  thread_local std::string key;
  const uint8_t* given = input.given(row);
  const auto is_given = [&](const Feature& feature) { return given[feature.model_column] != 0; };
  if (std::all_of(features_.begin(), features_.end(), is_given)) return Found::kNothing;
  bound.table->StartKey(&key);
  bool null_key = false;
  for (size_t i = 0; i < keys_.size(); ++i) {
    const Scalar& value = input.key(row, key_places_[i]);
    if (value.kind == Scalar::Kind::kAbsent) ThrowMissingKey(keys_[i]);
    null_key |= value.kind == Scalar::Kind::kNull;
    if (!null_key) AppendKeyPart(bound.table->info().primary_keys[i], value, &key);
  }
  return null_key ? Found::kNothing : bound.table->Get(key, online, may_block);
}

FeatureLookup::Found FeatureLookup::FillFrom(const Bound& bound, ScoringInput* input, bool may_block) const {
  // Some rows are looked up before the first of them is read, so that the waits for memory go by together.
  constexpr size_t kAhead = 16, kLine = 64, kMaxLines = 16;
  thread_local std::array<OnlineRow, kAhead> online;
  struct Release {  // A thread outlives a server; the rows must not.
    ~Release() {
      for (auto& row : rows) row.Release();
    }
    std::array<OnlineRow, kAhead>& rows;
  } release{online};
  std::array<Found, kAhead> found;
  for (size_t first = 0; first < input->rows(); first += kAhead) {
    const size_t count = std::min(kAhead, input->rows() - first);
    for (size_t i = 0; i < count; ++i) {
      found[i] = Look(bound, *input, first + i, may_block, &online[i]);
      if (found[i] == Found::kOnDisk || found[i] == Found::kNewer) return found[i];
      if (found[i] != Found::kRow) continue;
      const std::string_view bytes = online[i].bytes();
      for (size_t at = 0; at < std::min(bytes.size(), kMaxLines * kLine); at += kLine) __builtin_prefetch(bytes.data() + at);
    }
    for (size_t i = 0; i < count; ++i) {
      const uint8_t* given = input->given(first + i);
      double* out = input->row(first + i);
      if (found[i] == Found::kRow) {
        FillRow(bound, online[i].bytes(), given, out);
        continue;
      }
      for (const auto& feature : features_) {
        if (!given[feature.model_column]) out[feature.model_column] = feature.default_number;
      }
    }
  }
  return Found::kRow;
}

void FeatureLookup::FillRow(const Bound& bound, std::string_view bytes, const uint8_t* given, double* out) const {
  const uint32_t version = RowView::SchemaVersion(bytes);
  const RowView view(bytes, bound.table->info().schemas[version]);
  const Place* place = bound.places[version].data();
  for (const Feature& feature : features_) {
    const auto [at, floating] = *place++;
    if (given[feature.model_column]) continue;
    const bool null = at < 0 || view.IsNull(at);
    out[feature.model_column] = null ? feature.default_number : floating ? view.Double(at) : view.Number(at);
  }
}

void FeatureLookup::Fill(const features::OnlineStore& store, json::object* row) const {
  bool wanted = false;
  for (const auto& feature : features_) wanted |= !row->contains(feature.output);
  if (!wanted) return;
  WithCurrent(store, true, [&](const Bound& bound) {
    const auto& info = bound.table->info();
    std::string key;
    bound.table->StartKey(&key);
    bool null_key = false;
    for (size_t i = 0; i < keys_.size(); ++i) {
      const auto* value = row->if_contains(keys_[i]);
      if (!value) ThrowMissingKey(keys_[i]);
      null_key |= value->is_null();
      if (!null_key) AppendKeyPart(info.primary_keys[i], ToScalar(*value), &key);
    }
    OnlineRow online;
    const Found found = null_key ? Found::kNothing : bound.table->Get(key, &online);
    if (found == Found::kNewer) return found;
    for (size_t i = 0; i < features_.size(); ++i) {
      const Feature& feature = features_[i];
      if (row->contains(feature.output)) continue;
      json::value value;
      if (found == Found::kRow) {
        const uint32_t version = RowView::SchemaVersion(online.bytes());
        const int at = bound.places[version][i].at;
        const auto& schema = info.schemas[version];
        if (at >= 0) value = ToJson(RowView(online.bytes(), schema), schema.columns[at], at);
      }
      (*row)[feature.output] = value.is_null() ? feature.default_value : std::move(value);
    }
    return found;
  });
}

namespace {

std::vector<json::object> RowsOf(const json::object& body) {
  std::vector<json::object> rows;
  const auto records = [&](const json::value& list) {
    if (!list.is_array()) ThrowBad("The rows must be a list of records.");
    for (const auto& record : list.get_array()) {
      if (!record.is_object()) ThrowBad("A model with feature look-ups takes rows with column names.");
      rows.push_back(record.get_object());
    }
  };
  int formats = 0;
  if (const auto* list = body.if_contains("dataframe_records")) ++formats, records(*list);
  if (const auto* list = body.if_contains("instances")) ++formats, records(*list);
  if (const auto* split = body.if_contains("dataframe_split")) {
    ++formats;
    const auto* object = split->if_object();
    const auto* columns = object ? object->if_contains("columns") : nullptr;
    const auto* data = object ? object->if_contains("data") : nullptr;
    if (!columns || !columns->is_array() || !data || !data->is_array()) {
      ThrowBad("Dataframe split format must have 'data' and 'columns' fields.");
    }
    for (const auto& values : data->get_array()) {
      if (!values.is_array() || values.get_array().size() != columns->get_array().size()) {
        ThrowBad("Provided dataframe_split field is not a valid dataframe representation in 'split' format.");
      }
      auto& row = rows.emplace_back();
      for (size_t i = 0; i < values.get_array().size(); ++i) {
        const auto& name = columns->get_array()[i];
        if (!name.is_string()) ThrowBad("The columns of dataframe_split must be names.");
        const bool is_new = row.insert_or_assign(name.get_string(), values.get_array()[i]).second;
        if (!is_new) ThrowBad("Column '" + std::string(name.get_string()) + "' is in dataframe_split more than once.");
      }
    }
  }
  if (const auto* inputs = body.if_contains("inputs")) {
    ++formats;
    if (!inputs->is_object()) {
      records(*inputs);
    } else {
      for (const auto& [name, values] : inputs->get_object()) {
        const size_t count = values.is_array() ? values.get_array().size() : 1;
        if (!rows.empty() && rows.size() != count) ThrowBad("All columns of 'inputs' must be of the same length.");
        rows.resize(count);
        for (size_t i = 0; i < count; ++i) rows[i][name] = values.is_array() ? values.get_array()[i] : values;
      }
    }
  }
  if (formats != 1) {
    ThrowBad(
        "The input must be a JSON dictionary with exactly one of the input fields dataframe_records, "
        "dataframe_split, instances, inputs.");
  }
  return rows;
}

/// Python's json module writes NaN, and so do MLflow's clients; it is a missing value.
std::string WithoutNaN(std::string_view body) {
  std::string out;
  bool in_text = false;
  for (size_t i = 0; i < body.size(); ++i) {
    if (in_text && body[i] == '\\' && i + 1 < body.size()) {
      out.push_back(body[i++]);
    } else if (body[i] == '"') {
      in_text = !in_text;
    } else if (!in_text && body.substr(i, 3) == "NaN") {
      out += "null";
      i += 2;
      continue;
    }
    out.push_back(body[i]);
  }
  return out;
}

}  // namespace

std::string AssembleRows(std::string_view body, const std::vector<std::string>& model_columns,
                         const std::vector<std::unique_ptr<FeatureLookup>>& lookups, const features::OnlineStore& store) {
  json::error_code code;
  const json::value parsed = json::parse(WithoutNaN(body), code);
  if (code) ThrowBad("Ensure that input is a valid JSON formatted string: " + code.message() + ".");
  if (!parsed.is_object()) ThrowBad("The input must be a JSON dictionary.");
  std::vector<json::object> rows = RowsOf(parsed.get_object());
  for (auto& row : rows) {
    for (const auto& lookup : lookups) lookup->Fill(store, &row);
  }
  // Columns that no row has are left out, so that the model's own check names them.
  json::array columns;
  for (const auto& name : model_columns) {
    for (const auto& row : rows) {
      if (!row.contains(name)) continue;
      columns.emplace_back(name);
      break;
    }
  }
  json::array data;
  for (auto& row : rows) {
    json::array values;
    for (const auto& name : columns) {
      const auto* value = row.if_contains(name.get_string());
      values.push_back(value ? *value : json::value());
    }
    data.push_back(std::move(values));
  }
  json::object assembled{{"dataframe_split", {{"columns", std::move(columns)}, {"data", std::move(data)}}}};
  if (const auto* params = parsed.get_object().if_contains("params")) assembled["params"] = *params;
  return json::serialize(assembled);
}

}  // namespace headrace::serving

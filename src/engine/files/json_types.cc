#include "engine/files/json_types.h"

#include <algorithm>
#include <limits>

#include "engine/functions/kernel_error.h"

namespace headrace::engine {

namespace {

using Kind = JsonType::Kind;
constexpr int kMaxDepth = 1000;  // Jackson's limit.
constexpr int kMaxPrecision = 38;

/// Digits and scale of a number as java.math.BigDecimal has them.
bool DecimalShape(std::string_view text, int* precision, int* scale) {
  int digits = 0;
  int fraction = 0;
  int exponent = 0;
  bool point = false;
  bool any = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if ((c == '-' || c == '+') && i == 0) continue;
    if (c >= '0' && c <= '9') {
      any = true;
      if (digits > 0 || c != '0') ++digits;
      if (point) ++fraction;
    } else if (c == '.' && !point) {
      point = true;
    } else if ((c == 'e' || c == 'E') && any) {
      auto value = ParseLong(text.substr(i + 1), -100000, 100000);
      if (!value) return false;
      exponent = static_cast<int>(*value);
      break;
    } else {
      return false;
    }
  }
  *precision = std::max(digits, 1);
  *scale = fraction - exponent;
  return any;
}

bool IsNumber(Kind kind) { return kind == Kind::kLong || kind == Kind::kDecimal || kind == Kind::kDouble; }

}  // namespace

size_t JsonType::FieldAt(std::string_view name) {
  auto [entry, added] = by_name.try_emplace(std::string(name), fields.size());
  if (added) {
    names.emplace_back(name);
    fields.emplace_back();
  }
  return entry->second;
}

JsonObserver::Scalar JsonObserver::ScalarOf(JsonToken token) const {
  std::string_view text = scanner_.text();
  switch (token) {
    case JsonToken::kTrue:
    case JsonToken::kFalse:
      return {options_.primitives_as_string ? Kind::kString : Kind::kBoolean};
    case JsonToken::kInteger:
    case JsonToken::kFloat: {
      if (options_.primitives_as_string) return {Kind::kString};
      constexpr size_t kSurelyLong = 18;
      if (token == JsonToken::kInteger && (text.size() <= kSurelyLong || ParseLong(text, std::numeric_limits<int64_t>::min(),
                                                                                   std::numeric_limits<int64_t>::max()))) {
        return {Kind::kLong};
      }
      if (token == JsonToken::kFloat && !options_.prefers_decimal) return {Kind::kDouble};
      int precision = 0;
      int scale = 0;
      if (!DecimalShape(text, &precision, &scale)) return {Kind::kDouble};
      if (scale < 0) {
        std::string found = std::to_string(scale);
        ThrowSpark(-1, "NEGATIVE_SCALE_DISALLOWED",
                   {{"scale", found}, {"sqlConf", "\"spark.sql.legacy.allowNegativeScaleOfDecimal\""}},
                   "Negative scale is not allowed: '" + found +
                       "'. Set the config \"spark.sql.legacy.allowNegativeScaleOfDecimal\" to \"true\" to allow it.",
                   ErrorKind::kAnalysis);
      }
      precision = std::max(precision, scale);
      if (precision > kMaxPrecision) return {Kind::kDouble};
      return {Kind::kDecimal, precision, scale};
    }
    case JsonToken::kString: {
      if (text.empty()) return {Kind::kNull};
      int precision = 0;
      int scale = 0;
      if (options_.prefers_decimal && DecimalShape(text, &precision, &scale) && scale >= 0 &&
          std::max(precision, scale) <= kMaxPrecision) {
        return {Kind::kDecimal, std::max(precision, scale), scale};
      }
      if (options_.infer_timestamp && options_.times.Timestamp(text)) return {Kind::kTimestamp};
      return {Kind::kString};
    }
    default:
      return {Kind::kNull};
  }
}

void JsonObserver::MakeString(JsonType& type) {
  type = JsonType();
  type.kind = Kind::kString;
}

void JsonObserver::MergeScalar(JsonType& type, Scalar scalar) {
  if (scalar.kind == Kind::kNull) return;
  if (type.kind == Kind::kNull) {
    type.kind = scalar.kind;
    type.precision = scalar.precision;
    type.scale = scalar.scale;
    return;
  }
  if (type.kind == scalar.kind && type.kind != Kind::kDecimal) return;
  if (IsNumber(type.kind) && IsNumber(scalar.kind)) {
    if (type.kind == Kind::kDouble || scalar.kind == Kind::kDouble) {
      type.kind = Kind::kDouble;
      return;
    }
    constexpr int kLongDigits = 20;  // DecimalType.forType(LongType)
    auto whole = [](Kind kind, int precision, int scale) { return kind == Kind::kLong ? kLongDigits : precision - scale; };
    int digits = std::max(whole(type.kind, type.precision, type.scale), whole(scalar.kind, scalar.precision, scalar.scale));
    int scale = std::max(type.kind == Kind::kLong ? 0 : type.scale, scalar.kind == Kind::kLong ? 0 : scalar.scale);
    type.kind = digits + scale > kMaxPrecision ? Kind::kDouble : Kind::kDecimal;
    type.precision = digits + scale;
    type.scale = scale;
    return;
  }
  MakeString(type);
}

void JsonObserver::MergeType(JsonType& into, const JsonType& from) {
  if (from.kind == Kind::kNull) return;
  if (from.kind == Kind::kArray) {
    if (into.kind == Kind::kNull) {
      into.kind = Kind::kArray;
      into.element = std::make_unique<JsonType>();
    }
    if (into.kind == Kind::kArray)
      MergeType(*into.element, *from.element);
    else
      MakeString(into);
  } else if (from.kind == Kind::kObject) {
    if (into.kind == Kind::kNull) into.kind = Kind::kObject;
    if (into.kind == Kind::kObject) {
      for (size_t i = 0; i < from.fields.size(); ++i) MergeType(into.fields[into.FieldAt(from.names[i])], from.fields[i]);
    } else {
      MakeString(into);
    }
  } else if (into.kind == Kind::kArray || into.kind == Kind::kObject) {
    MakeString(into);
  } else {
    MergeScalar(into, {from.kind, from.precision, from.scale});
  }
}

bool JsonObserver::Conforms(JsonToken token, JsonType& type, int depth) {
  if (token == JsonToken::kEnd || depth > kMaxDepth) throw JsonSyntaxError();
  if (token == JsonToken::kNull) return true;
  if (type.kind == Kind::kString) {
    scanner_.Skip(token);
    return true;
  }
  if (token == JsonToken::kObject) {
    if (type.kind != Kind::kObject) return false;
    size_t position = 0;
    for (bool first = true; scanner_.NextField(first); first = false, ++position) {
      size_t field = position;
      if (position >= type.names.size() || type.names[position] != scanner_.name()) {
        auto found = type.by_name.find(std::string(scanner_.name()));
        if (found == type.by_name.end()) return false;
        field = found->second;
      }
      if (!Conforms(scanner_.Next(), type.fields[field], depth + 1)) return false;
    }
    return true;
  }
  if (token == JsonToken::kArray) {
    if (type.kind != Kind::kArray) return false;
    for (bool first = true; scanner_.NextElement(first); first = false) {
      if (!Conforms(scanner_.Next(), *type.element, depth + 1)) return false;
    }
    return true;
  }
  Scalar scalar = ScalarOf(token);
  if (scalar.kind == Kind::kNull) return true;
  if (scalar.kind == type.kind) {
    return type.kind != Kind::kDecimal ||
           (scalar.scale <= type.scale && scalar.precision - scalar.scale <= type.precision - type.scale);
  }
  return type.kind == Kind::kDouble && IsNumber(scalar.kind);
}

void JsonObserver::Add(JsonToken token, JsonType& type, int depth) {
  if (token == JsonToken::kEnd || depth > kMaxDepth) throw JsonSyntaxError();
  if (token == JsonToken::kObject) {
    if (type.kind == Kind::kNull) type.kind = Kind::kObject;
    if (type.kind == Kind::kObject) {
      for (bool first = true; scanner_.NextField(first); first = false) {
        size_t field = type.FieldAt(scanner_.name());
        Add(scanner_.Next(), type.fields[field], depth + 1);
      }
      return;
    }
  } else if (token == JsonToken::kArray) {
    if (type.kind == Kind::kNull) {
      type.kind = Kind::kArray;
      type.element = std::make_unique<JsonType>();
    }
    if (type.kind == Kind::kArray) {
      for (bool first = true; scanner_.NextElement(first); first = false) Add(scanner_.Next(), *type.element, depth + 1);
      return;
    }
  } else {
    if (token != JsonToken::kNull) MergeScalar(type, ScalarOf(token));
    return;
  }
  scanner_.Skip(token);
  MakeString(type);
}

void JsonObserver::AddRoot(JsonToken token, JsonRootType& root) {
  if (token == JsonToken::kObject) {
    Add(token, root.type, 0);
  } else if (token == JsonToken::kArray) {
    for (bool first = true; scanner_.NextElement(first); first = false) {
      JsonToken element = scanner_.Next();
      if (element == JsonToken::kEnd) throw JsonSyntaxError();
      AddRoot(element, root);
    }
  } else if (token != JsonToken::kNull && ScalarOf(token).kind != Kind::kNull) {
    root.corrupt = true;
  }
}

bool JsonObserver::Observe(std::string_view record, JsonRootType& root) {
  scanner_.Reset(record);
  try {
    JsonToken token = scanner_.Next();
    if (token == JsonToken::kEnd) return true;
    if (token == JsonToken::kObject && Conforms(token, root.type, 0)) return true;
    // Something is new, or it is no JSON: the types change only by what is JSON to its end.
    scanner_.Reset(record);
    scanner_.Skip(scanner_.Next());
    scanner_.Reset(record);
    AddRoot(scanner_.Next(), root);
    return true;
  } catch (const JsonSyntaxError&) {
    root.corrupt = true;
    return false;
  }
}

void JsonObserver::ObserveValue(std::string_view text, JsonType& type) {
  scanner_.Reset(text);
  Add(scanner_.Next(), type, 0);
}

void JsonObserver::Merge(JsonRootType& into, const JsonRootType& from) {
  MergeType(into.type, from.type);
  into.corrupt = into.corrupt || from.corrupt;
}

std::optional<plan::DataType> JsonObserver::Canonical(const JsonType& type) const {
  using plan::DataType;
  using plan::TypeId;
  switch (type.kind) {
    case Kind::kNull:
      if (options_.drop_field_if_all_null) return std::nullopt;
      return DataType::String();
    case Kind::kBoolean:
      return TypeId::kBoolean;
    case Kind::kLong:
      return TypeId::kLong;
    case Kind::kDecimal:
      return DataType::Decimal(type.precision, type.scale);
    case Kind::kDouble:
      return TypeId::kDouble;
    case Kind::kTimestamp:
      return TypeId::kTimestamp;
    case Kind::kTimestampNtz:
      return TypeId::kTimestampNtz;
    case Kind::kString:
      return DataType::String();
    case Kind::kArray: {
      auto element = Canonical(*type.element);
      if (!element) return std::nullopt;
      return DataType::Array(*element);
    }
    case Kind::kObject:
      break;
  }
  std::vector<plan::StructField> fields;
  for (size_t i = 0; i < type.fields.size(); ++i) {
    auto field = Canonical(type.fields[i]);
    if (field && !type.names[i].empty()) fields.push_back({type.names[i], *field, true, {}});
  }
  if (fields.empty()) return std::nullopt;
  std::sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return DataType::Struct(std::move(fields));
}

plan::Schema JsonObserver::SchemaOf(const JsonRootType& root) const {
  plan::Schema schema;
  if (root.type.kind == Kind::kObject) {
    if (auto type = Canonical(root.type)) schema = type->fields();
  }
  if (root.corrupt && options_.mode == ParseMode::kPermissive) {
    bool known =
        std::any_of(schema.begin(), schema.end(), [&](const auto& field) { return field.name == options_.corrupt_column; });
    if (!known) schema.push_back({options_.corrupt_column, plan::DataType::String(), true, {}});
    std::sort(schema.begin(), schema.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  }
  return schema;
}

}  // namespace headrace::engine

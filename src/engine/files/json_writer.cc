#include "engine/precompiled.h"

#include "engine/files/json_writer.h"

#include <limits>

#include "engine/files/scalar_slot.h"
#include "engine/functions/decimal_math.h"

namespace headrace::engine {

using plan::TypeId;

/// A type with what was learned of the texts: objects of a file mostly have their fields in one order.
struct JsonWriter::Node {
  plan::DataType type;
  std::vector<Node> children;
  std::unordered_map<std::string, int32_t> by_name;
  struct Seen {
    std::string name;
    int32_t field;  ///< -1: not in the type.
  };
  std::vector<Seen> order;

  explicit Node(const plan::DataType& t) : type(t) {
    switch (type.id()) {
      case TypeId::kArray:
        children.emplace_back(type.element());
        break;
      case TypeId::kMap:
        children.emplace_back(type.value());
        break;
      case TypeId::kStruct:
        for (const auto& field : type.fields()) {
          by_name.emplace(field.name, static_cast<int32_t>(children.size()));
          children.emplace_back(field.type);
        }
        break;
      default:
        break;
    }
  }

  /// The field of a name that stands at a position of an object.
  int32_t Find(size_t position, std::string_view name) {
    if (position < order.size() && order[position].name == name) return order[position].field;
    auto found = by_name.find(std::string(name));
    int32_t field = found == by_name.end() ? -1 : found->second;
    constexpr size_t kRemembered = 4096;
    if (position < order.size())
      order[position] = {std::string(name), field};
    else if (position == order.size() && position < kRemembered)
      order.push_back({std::string(name), field});
    return field;
  }
};

JsonWriter::JsonWriter(const plan::DataType& type, const JsonOptions& options)
    : root_(std::make_unique<Node>(type)), options_(options) {}

JsonWriter::~JsonWriter() = default;

JsonWriter::Fit JsonWriter::Write(JsonScanner& scanner, JsonToken token, duckdb::Vector& vector, duckdb::idx_t row) {
  return WriteNode(*root_, scanner, token, vector, row);
}

JsonWriter::Fit JsonWriter::WriteFields(JsonScanner& scanner, const std::vector<duckdb::Vector*>& vectors, duckdb::idx_t row) {
  return WriteObject(
      *root_, scanner, [&](size_t i) { return vectors[i]; }, row);
}

template <typename VectorOf>
JsonWriter::Fit JsonWriter::WriteObject(Node& node, JsonScanner& scanner, VectorOf vector_of, duckdb::idx_t row) {
  Fit fit = Fit::kWhole;
  size_t position = 0;
  for (bool first = true; scanner.NextField(first); first = false, ++position) {
    int32_t field = node.Find(position, scanner.name());
    JsonToken token = scanner.Next();
    if (token == JsonToken::kEnd) throw JsonSyntaxError();
    duckdb::Vector* vector = field < 0 ? nullptr : vector_of(static_cast<size_t>(field));
    if (vector == nullptr) {
      scanner.Skip(token);
    } else if (WriteNode(node.children[static_cast<size_t>(field)], scanner, token, *vector, row) != Fit::kWhole) {
      fit = Fit::kPart;
    }
  }
  return fit;
}

JsonWriter::Fit JsonWriter::WriteNode(Node& node, JsonScanner& scanner, JsonToken token, duckdb::Vector& vector,
                                      duckdb::idx_t row) {
  if (token == JsonToken::kNull) {
    duckdb::FlatVector::SetNull(vector, row, true);
    return Fit::kWhole;
  }
  if (token == JsonToken::kObject && node.type.id() == TypeId::kStruct) {
    duckdb::FlatVector::Validity(vector).SetValid(row);
    auto& entries = duckdb::StructVector::GetEntries(vector);
    return WriteObject(
        node, scanner, [&](size_t i) { return entries[i].get(); }, row);
  }
  if (token == JsonToken::kArray && node.type.id() == TypeId::kArray) return WriteList(node, scanner, vector, row);
  if (token == JsonToken::kObject && node.type.id() == TypeId::kMap) return WriteMap(node, scanner, vector, row);
  if (node.type.IsNested()) {
    scanner.Skip(token);
    duckdb::FlatVector::SetNull(vector, row, true);
    return Fit::kNone;
  }
  if (WriteScalar(node, scanner, token, vector, row)) {
    duckdb::FlatVector::Validity(vector).SetValid(row);
    return Fit::kWhole;
  }
  duckdb::FlatVector::SetNull(vector, row, true);
  return Fit::kNone;
}

namespace {

/// A new null element at the end of a list's child.
duckdb::idx_t Append(duckdb::Vector& list) {
  duckdb::idx_t index = duckdb::ListVector::GetListSize(list);
  if (index + 1 > duckdb::ListVector::GetListCapacity(list)) duckdb::ListVector::Reserve(list, (index + 1) * 2);
  duckdb::ListVector::SetListSize(list, index + 1);
  duckdb::FlatVector::SetNull(duckdb::ListVector::GetEntry(list), index, true);
  return index;
}

void SetEntry(duckdb::Vector& list, duckdb::idx_t row, duckdb::idx_t begin) {
  auto& entry = duckdb::FlatVector::GetData<duckdb::list_entry_t>(list)[row];
  entry.offset = begin;
  entry.length = duckdb::ListVector::GetListSize(list) - begin;
  duckdb::FlatVector::Validity(list).SetValid(row);
}

}  // namespace

JsonWriter::Fit JsonWriter::WriteList(Node& node, JsonScanner& scanner, duckdb::Vector& vector, duckdb::idx_t row) {
  duckdb::idx_t begin = duckdb::ListVector::GetListSize(vector);
  Fit fit = Fit::kWhole;
  for (bool first = true; scanner.NextElement(first); first = false) {
    JsonToken token = scanner.Next();
    if (token == JsonToken::kEnd) throw JsonSyntaxError();
    duckdb::idx_t index = Append(vector);
    Fit one = WriteNode(node.children[0], scanner, token, duckdb::ListVector::GetEntry(vector), index);
    fit = std::max(fit, one);
  }
  if (fit == Fit::kNone) {
    // One element that does not fit makes the whole array null.
    duckdb::ListVector::SetListSize(vector, begin);
    duckdb::FlatVector::SetNull(vector, row, true);
    return fit;
  }
  SetEntry(vector, row, begin);
  return fit;
}

JsonWriter::Fit JsonWriter::WriteMap(Node& node, JsonScanner& scanner, duckdb::Vector& vector, duckdb::idx_t row) {
  duckdb::idx_t begin = duckdb::ListVector::GetListSize(vector);
  Fit fit = Fit::kWhole;
  for (bool first = true; scanner.NextField(first); first = false) {
    duckdb::idx_t index = Append(vector);
    auto& keys = duckdb::MapVector::GetKeys(vector);
    auto& values = duckdb::MapVector::GetValues(vector);
    duckdb::FlatVector::Validity(duckdb::ListVector::GetEntry(vector)).SetValid(index);
    duckdb::FlatVector::Validity(keys).SetValid(index);
    duckdb::FlatVector::GetData<duckdb::string_t>(keys)[index] =
        duckdb::StringVector::AddString(keys, scanner.name().data(), scanner.name().size());
    JsonToken token = scanner.Next();
    if (token == JsonToken::kEnd) throw JsonSyntaxError();
    fit = std::max(fit, WriteNode(node.children[0], scanner, token, values, index));
  }
  if (fit == Fit::kNone) {
    duckdb::ListVector::SetListSize(vector, begin);
    duckdb::FlatVector::SetNull(vector, row, true);
    return fit;
  }
  SetEntry(vector, row, begin);
  return fit;
}

namespace {

template <typename T>
bool PutInteger(JsonToken token, std::string_view text, duckdb::Vector& vector, duckdb::idx_t row) {
  if (token != JsonToken::kInteger) return false;
  auto value = ParseLong(text, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
  if (!value) return false;
  PutSlot(vector, row, static_cast<T>(*value));
  return true;
}

/// The words for numbers that are none, as Spark reads them in quotes or without.
std::optional<double> SpecialDouble(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "+INF" || text == "Infinity" || text == "+Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-INF" || text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

std::optional<double> DoubleOf(JsonToken token, std::string_view text, bool special) {
  if (token == JsonToken::kString) return special ? SpecialDouble(text) : std::nullopt;
  if (token != JsonToken::kInteger && token != JsonToken::kFloat) return std::nullopt;
  auto value = ParseDouble(text);
  return value && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')) && text.back() <= '9' ? value : SpecialDouble(text);
}

}  // namespace

bool JsonWriter::WriteScalar(const Node& node, JsonScanner& scanner, JsonToken token, duckdb::Vector& vector, duckdb::idx_t row) {
  std::string_view text = scanner.text();
  switch (node.type.id()) {
    case TypeId::kString:
    case TypeId::kChar:
    case TypeId::kVarchar:
      PutText(vector, row, token == JsonToken::kString ? text : scanner.Raw(token));
      return true;
    case TypeId::kBoolean:
      if (token != JsonToken::kTrue && token != JsonToken::kFalse) break;
      PutSlot(vector, row, token == JsonToken::kTrue);
      return true;
    case TypeId::kByte:
      if (PutInteger<int8_t>(token, text, vector, row)) return true;
      break;
    case TypeId::kShort:
      if (PutInteger<int16_t>(token, text, vector, row)) return true;
      break;
    case TypeId::kInteger:
      if (PutInteger<int32_t>(token, text, vector, row)) return true;
      break;
    case TypeId::kLong:
      if (PutInteger<int64_t>(token, text, vector, row)) return true;
      break;
    case TypeId::kFloat:
    case TypeId::kDouble:
      if (auto value = DoubleOf(token, text, options_.syntax.non_numeric_numbers)) {
        if (node.type.id() == TypeId::kFloat)
          PutSlot(vector, row, static_cast<float>(*value));
        else
          PutSlot(vector, row, *value);
        return true;
      }
      break;
    case TypeId::kDecimal:
      if (token != JsonToken::kInteger && token != JsonToken::kFloat && token != JsonToken::kString) break;
      if (PutDecimal(vector, row, node.type, text)) return true;
      break;
    case TypeId::kTimestamp:
      if (token == JsonToken::kInteger) {
        int64_t micros = 0;
        auto seconds = ParseLong(text, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
        if (!seconds || __builtin_mul_overflow(*seconds, kMicrosPerSecond, &micros)) return false;
        PutSlot(vector, row, micros);
        return true;
      }
      [[fallthrough]];
    default:
      // Only bytes may be empty.
      if (token == JsonToken::kString && (!text.empty() || node.type.id() == TypeId::kBinary))
        return PutTextAs(vector, row, node.type, text, options_.times);
      break;
  }
  scanner.Skip(token);
  return false;
}

}  // namespace headrace::engine

#include "engine/precompiled.h"

#include "engine/files/text_functions.h"

#include <unordered_map>

#include "base/json.h"
#include "engine/files/csv_generator.h"
#include "engine/files/csv_reader.h"
#include "engine/files/json_generator.h"
#include "engine/files/json_types.h"
#include "engine/files/json_writer.h"
#include "engine/files/record_errors.h"
#include "engine/files/scalar_slot.h"
#include "engine/files/text_scan.h"
#include "engine/functions/kernel.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using plan::TypeId;

constexpr char kDefaultCorruptColumn[] = "_corrupt_record";

plan::Options OptionsOf(const std::string& text) {
  plan::Options options;
  const json::value parsed = json::parse(text);
  for (const auto& [key, value] : parsed.as_object()) options[std::string(key)] = std::string(value.as_string());
  return options;
}

/// What a call's constants make, kept by thread so that not every vector parses them again.
template <typename Made, typename Make>
Made& Kept(const std::string& key, Make make) {
  thread_local std::unordered_map<std::string, std::unique_ptr<Made>> kept;
  constexpr size_t kMost = 64;
  auto found = kept.find(key);
  if (found == kept.end()) {
    if (kept.size() >= kMost) kept.clear();
    try {
      found = kept.emplace(key, make()).first;
    } catch (const Error& error) {
      // Options that are refused: the error has to cross DuckDB.
      ThrowSpark(-1, error.condition().c_str(), {error.parameters().begin(), error.parameters().end()}, error.message(),
                 error.kind());
    }
  }
  return *found->second;
}

void CheckMode(ParseMode mode, const char* function) {
  if (mode != ParseMode::kDropMalformed) return;
  ThrowSpark(-1, "PARSE_MODE_UNSUPPORTED", {{"funcName", std::string("`") + function + "`"}, {"mode", "DROPMALFORMED"}},
             std::string("The function `") + function +
                 "` doesn't support the DROPMALFORMED mode. Acceptable modes are PERMISSIVE and FAILFAST.",
             ErrorKind::kAnalysis);
}

/// `row`: what was read of the record; by default nothing.
[[noreturn]] void ThrowMalformed(int site, const plan::DataType& type, const duckdb::Value& row = duckdb::Value()) {
  std::string nulls = "[";
  for (size_t i = 0; i < type.fields().size(); ++i) {
    duckdb::Value field = row.IsNull() ? duckdb::Value() : duckdb::StructValue::GetChildren(row)[i];
    if (field.type().id() == duckdb::LogicalTypeId::DATE && !field.IsNull())
      field = duckdb::Value::INTEGER(field.GetValueUnsafe<duckdb::date_t>().days);
    nulls += (i == 0 ? "" : ",") + (field.IsNull() ? std::string("null") : field.ToString());
  }
  nulls += "]";
  ThrowSpark(
      site, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", {{"failFastMode", "FAILFAST"}, {"badRecord", nulls}},
      "Malformed records are detected in record parsing: " + nulls +
          ".\nParse Mode: FAILFAST. To process malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'. ",
      ErrorKind::kRuntime);
}

/// The corrupt record's field of a struct, -1 when it has none.
int CorruptField(const plan::DataType& type, const std::string& name) {
  for (size_t i = 0; i < type.fields().size(); ++i) {
    if (type.fields()[i].name == name && type.fields()[i].type.IsString()) return static_cast<int>(i);
  }
  return -1;
}

const plan::Options& Checked(const plan::Options& options, const plan::DataType& type) {
  CheckLocale(OptionMap(options), {{"value", type.id() == TypeId::kStruct ? plan::DataType() : type, true, {}}});
  if (type.id() == TypeId::kStruct) CheckLocale(OptionMap(options), type.fields());
  return options;
}

struct JsonParser {
  plan::DataType type;
  JsonOptions options;
  JsonScanner scanner;
  JsonWriter writer;
  int corrupt;

  JsonParser(const plan::DataType& t, const plan::Options& given, const std::string& zone)
      : type(t),
        options(Checked(given, t), zone, kDefaultCorruptColumn),
        scanner(options.syntax),
        writer(t, options),
        corrupt(CorruptField(t, options.corrupt_column)) {}

  /// True when the whole of the text fits the type.
  bool Parse(std::string_view text, duckdb::Vector& result, duckdb::idx_t row) {
    scanner.Reset(text);
    try {
      JsonToken token = scanner.Next();
      if (type.id() == TypeId::kStruct && token != JsonToken::kObject) return false;
      if (token == JsonToken::kObject && type.id() == TypeId::kArray && type.element().id() == TypeId::kStruct)
        return One(result, row);
      return token != JsonToken::kNull && writer.Write(scanner, token, result, row) == JsonWriter::Fit::kWhole;
    } catch (const JsonSyntaxError&) {
      duckdb::FlatVector::SetNull(result, row, true);
      return false;
    }
  }

  /// An object where an array of objects is wanted is its only element.
  bool One(duckdb::Vector& result, duckdb::idx_t row) {
    scanner_text = "[" + std::string(scanner.Raw(JsonToken::kObject)) + "]";
    scanner.Reset(scanner_text);
    return writer.Write(scanner, scanner.Next(), result, row) == JsonWriter::Fit::kWhole;
  }
  std::string scanner_text;
};

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// A struct whose fields are null stands for a text that is none.
void Malformed(const plan::DataType& type, int corrupt, std::string_view text, duckdb::Vector& result, duckdb::idx_t row) {
  if (type.id() != TypeId::kStruct) return;
  duckdb::FlatVector::Validity(result).SetValid(row);
  if (corrupt < 0) return;
  auto& field = *duckdb::StructVector::GetEntries(result)[static_cast<size_t>(corrupt)];
  PutText(field, row, text);
  duckdb::FlatVector::Validity(field).SetValid(row);
}

void FromJson(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result) {
  std::string key = call.Text(0) + '\0' + call.Text(1) + '\0' + call.time_zone();
  auto& parser = Kept<JsonParser>(key, [&] {
    return std::make_unique<JsonParser>(plan::DataType::FromJsonText(call.Text(0)), OptionsOf(call.Text(1)), call.time_zone());
  });
  CheckMode(parser.options.mode, "from_json");
  duckdb::idx_t rows = args.size();
  duckdb::UnifiedVectorFormat format;
  args.data[0].ToUnifiedFormat(rows, format);
  const auto* texts = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  StartNull(result, rows);
  for (duckdb::idx_t row = 0; row < rows; ++row) {
    auto index = format.sel->get_index(row);
    if (!format.validity.RowIsValid(index)) continue;
    std::string_view text(texts[index].GetData(), texts[index].GetSize());
    if (IsBlank(text) || parser.Parse(text, result, row)) continue;
    if (parser.options.mode == ParseMode::kFailFast) ThrowMalformed(call.site(), parser.type);
    Malformed(parser.type, parser.corrupt, text, result, row);
  }
  FinishNulls(result, rows);
}

duckdb::Value ToJson(const Call& call, std::vector<duckdb::Value>& arguments) {
  struct Generator {
    plan::DataType type;
    GeneratorOptions options;
  };
  std::string key = call.Text(0) + '\0' + call.Text(1) + '\0' + call.time_zone();
  auto& generator = Kept<Generator>(key, [&] {
    return std::make_unique<Generator>(
        Generator{plan::DataType::FromJsonText(call.Text(0)), GeneratorOptions(OptionsOf(call.Text(1)), call.time_zone())});
  });
  std::string out;
  AppendJson(arguments[0], generator.type, generator.options, out);
  return duckdb::Value(generator.options.pretty ? PrettyJson(out) : out);
}

std::string SchemaOfJson(const Call& call, std::string_view text) {
  JsonOptions options(OptionsOf(call.Text(0)), call.time_zone(), kDefaultCorruptColumn);
  JsonObserver observer(options);
  JsonType type;
  try {
    if (!IsBlank(text)) observer.ObserveValue(text, type);
  } catch (const JsonSyntaxError&) {
    ThrowJava("com.fasterxml.jackson.core.JsonParseException", "The text is not JSON: " + std::string(text));
  }
  if (auto canonical = observer.Canonical(type)) return canonical->Sql();
  // Of what has no fields, the kind is left.
  using Kind = JsonType::Kind;
  auto empty = plan::DataType::Struct({});
  if (type.kind == Kind::kObject) return empty.Sql();
  bool objects = type.kind == Kind::kArray && type.element->kind == Kind::kObject;
  return (objects ? plan::DataType::Array(empty) : plan::DataType::String()).Sql();
}

struct CsvParser {
  plan::DataType type;
  CsvOptions options;
  CsvTokenizer tokenizer;
  int corrupt;
  CsvWriter writer;
  size_t fields = 0;

  CsvParser(const plan::DataType& t, const plan::Options& given, const std::string& zone)
      : type(t),
        options(Checked(given, t), zone, kDefaultCorruptColumn),
        tokenizer(options),
        corrupt(CorruptField(t, options.corrupt_column)),
        writer(t.fields(), All(t), TokenOf(t, corrupt), options),
        fields(t.fields().size() - (corrupt >= 0 ? 1 : 0)) {}

  static std::vector<size_t> All(const plan::DataType& t) {
    std::vector<size_t> all;
    for (size_t i = 0; i < t.fields().size(); ++i) all.push_back(i);
    return all;
  }
  static std::vector<int> TokenOf(const plan::DataType& t, int corrupt) {
    std::vector<int> token_of;
    int next = 0;
    for (size_t i = 0; i < t.fields().size(); ++i) token_of.push_back(static_cast<int>(i) == corrupt ? -1 : next++);
    return token_of;
  }
};

void FromCsv(const Call& call, duckdb::DataChunk& args, duckdb::Vector& result) {
  std::string key = call.Text(0) + '\0' + call.Text(1) + '\0' + call.time_zone();
  auto& parser = Kept<CsvParser>(key, [&] {
    return std::make_unique<CsvParser>(plan::DataType::FromJsonText(call.Text(0)), OptionsOf(call.Text(1)), call.time_zone());
  });
  CheckMode(parser.options.mode, "from_csv");
  duckdb::idx_t rows = args.size();
  duckdb::UnifiedVectorFormat format;
  args.data[0].ToUnifiedFormat(rows, format);
  const auto* texts = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format);
  result.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
  StartNull(result, rows);
  std::vector<duckdb::Vector*> columns;
  for (auto& entry : duckdb::StructVector::GetEntries(result)) columns.push_back(entry.get());
  for (duckdb::idx_t row = 0; row < rows; ++row) {
    auto index = format.sel->get_index(row);
    if (!format.validity.RowIsValid(index)) continue;
    std::string_view text(texts[index].GetData(), texts[index].GetSize());
    duckdb::FlatVector::Validity(result).SetValid(row);
    if (text.empty() || (parser.options.comment != '\0' && text[0] == parser.options.comment)) {
      // Nothing that could be called malformed.
      if (parser.options.mode == ParseMode::kFailFast) ThrowMalformed(call.site(), parser.type);
      continue;
    }
    const auto& tokens = parser.tokenizer.Line(text);
    bool whole = parser.writer.Write(tokens, columns, row);
    if (whole && tokens.size() == parser.fields) continue;
    if (parser.options.mode == ParseMode::kFailFast) ThrowMalformed(call.site(), parser.type, result.GetValue(row));
    Malformed(parser.type, parser.corrupt, text, result, row);
  }
  FinishNulls(result, rows);
}

duckdb::Value ToCsv(const Call& call, std::vector<duckdb::Value>& arguments) {
  std::string key = call.Text(0) + '\0' + call.Text(1) + '\0' + call.time_zone();
  auto& generator = Kept<CsvGenerator>(key, [&] {
    return std::make_unique<CsvGenerator>(plan::DataType::FromJsonText(call.Text(0)), OptionsOf(call.Text(1)), call.time_zone());
  });
  return duckdb::Value(generator.Line(arguments[0]));
}

std::string SchemaOfCsv(const Call& call, std::string_view text) {
  CsvOptions options(OptionsOf(call.Text(0)), call.time_zone(), kDefaultCorruptColumn);
  CsvTokenizer tokenizer(options);
  const auto& record = tokenizer.Line(text);
  CsvTypes types(options, record.size());
  types.Add(record);
  std::vector<plan::StructField> fields;
  for (size_t i = 0; i < record.size(); ++i) fields.push_back({"_c" + std::to_string(i), types.TypeOf(i), true, {}});
  return plan::DataType::Struct(std::move(fields)).Sql();
}

}  // namespace

void RegisterTextFormats(KernelRegistry& registry) {
  constexpr KernelTraits parsing{.extra = 3, .time_zone = true, .fallible = true};
  constexpr KernelTraits generating{.extra = 2, .time_zone = true};
  constexpr KernelTraits inferring{.extra = 1, .time_zone = true, .fallible = true};
  registry.AddVector("spark_from_json", {LogicalType::VARCHAR}, LogicalType::ANY, FromJson, parsing);
  registry.AddVector("spark_from_csv", {LogicalType::VARCHAR}, LogicalType::ANY, FromCsv, parsing);
  registry.AddBoxed("spark_to_json", 1, ToJson, generating, LogicalType::VARCHAR);
  registry.AddBoxed("spark_to_csv", 1, ToCsv, generating, LogicalType::VARCHAR);
  registry.Add("spark_schema_of_json", SchemaOfJson, inferring);
  registry.Add("spark_schema_of_csv", SchemaOfCsv, inferring);
}

}  // namespace headrace::engine

#include "base/error.h"
#include "functions/text_formats_internal.h"
#include "functions/typing_internal.h"
#include "sql/parser.h"

namespace headrace::functions {

using plan::DataType;
using plan::TypeId;

namespace {

/// The options of a call, a constant map, as a JSON object for the kernel.
std::string OptionsText(const CallSite& call, size_t index) {
  json::object options;
  if (index >= call.arguments.size()) return "{}";
  const Argument& argument = call.arguments[index];
  bool texts = argument.type.id() == TypeId::kMap && argument.type.key().IsString() && argument.type.value().IsString();
  if (!texts) {
    std::string type = Quoted(argument.type.Sql());
    throw Error(ErrorKind::kAnalysis, "INVALID_OPTIONS.NON_STRING_TYPE",
                "Invalid options: A type of keys and values in `map()` must be string, but got " + type + ".",
                {{"mapType", type}})
        .WithSqlState("42K06");
  }
  if (argument.constant == nullptr) {
    throw Error(ErrorKind::kAnalysis, "INVALID_OPTIONS.NON_MAP_FUNCTION",
                "Invalid options: Must use the `map()` function for options.")
        .WithSqlState("42K06");
  }
  const auto& entries = std::get<std::vector<plan::Value>>(argument.constant->data);
  for (size_t i = 0; i + 1 < entries.size(); i += 2) {
    if (entries[i + 1].is_null()) continue;
    options[std::get<std::string>(entries[i].data)] = std::get<std::string>(entries[i + 1].data);
  }
  return json::serialize(options);
}

/// The schema argument: DDL or the JSON form of a type.
DataType SchemaArgument(const CallSite& call, size_t index) {
  const Argument& argument = call.arguments[index];
  if (argument.constant == nullptr || !argument.type.IsString()) {
    throw Error(ErrorKind::kAnalysis, "INVALID_SCHEMA.NON_STRING_LITERAL",
                "The input schema " + Quoted(argument.sql) +
                    " is not a valid schema string. The input expression must be string literal and not null.",
                {{"inputSchema", Quoted(argument.sql)}})
        .WithSqlState("42K07");
  }
  if (argument.constant->is_null()) {
    throw Error(ErrorKind::kAnalysis, "UNEXPECTED_NULL", "The schema must not be null.", {{"exprName", "schema"}})
        .WithSqlState("22004");
  }
  const auto& text = std::get<std::string>(argument.constant->data);
  size_t start = text.find_first_not_of(" \t\r\n");
  if (start != std::string::npos && (text[start] == '{' || text[start] == '"')) return DataType::FromJsonText(text).AsNullable();
  try {
    return sql::ParseDataType(text).AsNullable();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kParse) throw;
    // The text is an argument of a query, and it is the query whose place is told.
    throw Error(ErrorKind::kAnalysis, error.condition(), error.message(), error.parameters());
  }
}

Resolution Answer(const CallSite& call, DataType first, DataType type, const char* lowering, bool nullable) {
  Resolution answer;
  answer.argument_types.push_back(std::move(first));
  for (size_t i = 1; i < call.arguments.size(); ++i) answer.argument_types.push_back(call.arguments[i].type);
  answer.keep_arguments = 1;
  answer.type = std::move(type);
  answer.nullable = nullable;
  answer.lowering = lowering;
  return answer;
}

/// from_json(text, schema[, options]), from_csv.
Resolution FromText(const CallSite& call, const char* lowering, bool structs_only) {
  DataType type = SchemaArgument(call, 1);
  bool fits = structs_only ? type.id() == TypeId::kStruct : type.IsNested() || type.id() == TypeId::kVariant;
  if (!fits) {
    std::string text = Quoted(type.Sql());
    ThrowMismatch(call, "INVALID_JSON_SCHEMA", {{"schema", text}},
                  "Input schema " + text + " must be a struct, an array, a map or a variant.");
  }
  auto answer = Answer(call, Accept(call, 0, "s"), type, lowering, structs_only ? call.arguments[0].nullable : true);
  answer.extra = {TextExtra(json::serialize(type.ToJson())), TextExtra(OptionsText(call, 2)), NullOf(type)};
  return answer;
}

/// to_json(value[, options]), to_csv.
Resolution ToText(const CallSite& call, const char* lowering, bool structs_only) {
  const DataType& type = call.arguments[0].type;
  if (structs_only ? type.id() != TypeId::kStruct : !type.IsNested()) {
    if (structs_only) ThrowUnexpectedType(call, 0, "STRUCT");
    std::string text = Quoted(type.Sql());
    ThrowMismatch(call, "INVALID_JSON_SCHEMA", {{"schema", text}},
                  "Input schema " + text + " must be a struct, an array, a map or a variant.");
  }
  auto answer = Answer(call, type, TypeId::kString, lowering, true);
  answer.extra = {TextExtra(json::serialize(type.ToJson())), TextExtra(OptionsText(call, 1))};
  return answer;
}

/// schema_of_json(text[, options]), schema_of_csv: of constants only.
Resolution SchemaOfText(const CallSite& call, const char* lowering, const char* input) {
  const plan::Value& value = RequireConstant(call, 0, input);
  if (value.is_null()) {
    ThrowMismatch(call, "UNEXPECTED_NULL", {{"exprName", input}}, std::string("The `") + input + "` must not be null.");
  }
  auto answer = Answer(call, Accept(call, 0, "s"), TypeId::kString, lowering, false);
  answer.extra = {TextExtra(OptionsText(call, 1))};
  return answer;
}

}  // namespace

void AddTextFormats(FunctionTable& table) {
  auto add = [&](const char* name, int minimum, int maximum, unsigned flags, Typing typing) {
    table.Add(MakeFunction(name, minimum, maximum, std::move(typing), flags));
  };
  add("from_json", 2, 3, kFails | kZone, [](const CallSite& call) { return FromText(call, "spark_from_json", false); });
  add("to_json", 1, 2, kZone, [](const CallSite& call) { return ToText(call, "spark_to_json", false); });
  add("schema_of_json", 1, 2, kFails | kZone,
      [](const CallSite& call) { return SchemaOfText(call, "spark_schema_of_json", "json"); });
  add("from_csv", 2, 3, kFails | kZone, [](const CallSite& call) { return FromText(call, "spark_from_csv", true); });
  add("to_csv", 1, 2, kZone, [](const CallSite& call) { return ToText(call, "spark_to_csv", true); });
  add("schema_of_csv", 1, 2, kFails | kZone,
      [](const CallSite& call) { return SchemaOfText(call, "spark_schema_of_csv", "csv"); });
}

}  // namespace headrace::functions

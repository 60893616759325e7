#include <algorithm>

#include "functions/typing_internal.h"

namespace headrace::functions {

using plan::DataType;
using plan::TypeId;

namespace {

// A generator's type is a struct: one field a column it makes, with the names it has without an alias.

Resolution Made(const CallSite& call, std::vector<plan::StructField> columns) {
  Resolution resolution;
  for (const auto& argument : call.arguments) resolution.argument_types.push_back(argument.type);
  resolution.type = DataType::Struct(std::move(columns));
  resolution.nullable = true;
  return resolution;
}

Resolution Explode(const CallSite& call, bool position) {
  const DataType& type = call.arguments[0].type;
  std::vector<plan::StructField> columns;
  if (position) columns.push_back({"pos", TypeId::kInteger, false, {}});
  if (type.id() == TypeId::kArray) {
    columns.push_back({"col", type.element(), type.contains_null(), {}});
  } else if (type.id() == TypeId::kMap) {
    columns.push_back({"key", type.key(), false, {}});
    columns.push_back({"value", type.value(), type.contains_null(), {}});
  } else {
    ThrowUnexpectedType(call, 0, "(\"ARRAY\" or \"MAP\")");
  }
  return Made(call, std::move(columns));
}

Resolution Inline(const CallSite& call) {
  const DataType& type = call.arguments[0].type;
  if (type.id() != TypeId::kArray || type.element().id() != TypeId::kStruct) {
    ThrowUnexpectedType(call, 0, "\"ARRAY<STRUCT>\"");
  }
  std::vector<plan::StructField> columns = type.element().fields();
  for (auto& column : columns) column.nullable = column.nullable || type.contains_null();
  return Made(call, std::move(columns));
}

Resolution Stack(const CallSite& call) {
  const plan::Value& count = RequireConstant(call, 0, "`n`");
  const auto* rows = std::get_if<int64_t>(&count.data);
  if (rows == nullptr) ThrowUnexpectedType(call, 0, "\"INT\"");
  if (*rows < 1) {
    ThrowMismatch(call, "VALUE_OUT_OF_RANGE",
                  {{"exprName", "`n`"}, {"valueRange", "(0, 2147483647]"}, {"currentValue", std::to_string(*rows)}},
                  "The `n` must be between (0, 2147483647] (current value = " + std::to_string(*rows) + ").");
  }
  size_t values = call.arguments.size() - 1;
  size_t width = (values + static_cast<size_t>(*rows) - 1) / static_cast<size_t>(*rows);
  std::vector<plan::StructField> columns;
  Resolution resolution = Made(call, {});
  for (size_t column = 0; column < width; ++column) {
    std::vector<DataType> types;
    bool nullable = false;
    for (size_t i = column; i < static_cast<size_t>(*rows) * width; i += width) {
      if (i >= values) {
        nullable = true;
        continue;
      }
      types.push_back(call.arguments[1 + i].type);
      nullable = nullable || call.arguments[1 + i].nullable;
    }
    auto common = WiderType(types, call.environment.ansi);
    if (!common) ThrowDataDifferent(call, "stack");
    for (size_t i = column; i < values; i += width) resolution.argument_types[1 + i] = *common;
    columns.push_back({"col" + std::to_string(column), *common, nullable, {}});
  }
  resolution.type = DataType::Struct(std::move(columns));
  return resolution;
}

Resolution JsonTuple(const CallSite& call) {
  std::vector<plan::StructField> columns;
  for (size_t i = 1; i < call.arguments.size(); ++i) columns.push_back({"c" + std::to_string(i - 1), TypeId::kString, true, {}});
  for (const auto& argument : call.arguments) {
    if (!argument.type.IsString()) {
      ThrowMismatch(call, "NON_STRING_TYPE", {{"funcName", "`json_tuple`"}},
                    "all arguments of the function `json_tuple` must be strings.");
    }
  }
  return Made(call, std::move(columns));
}

}  // namespace

void AddGenerators(FunctionTable& table) {
  auto add = [&](const char* name, int minimum, int maximum, Typing typing) {
    Function function = MakeFunction(name, minimum, maximum, std::move(typing), kGenerator);
    function.kind = Kind::kGenerator;
    table.Add(std::move(function));
  };
  for (const char* suffix : {"", "_outer"}) {
    std::string outer = suffix;
    add(("explode" + outer).c_str(), 1, 1, [](const CallSite& call) { return Explode(call, false); });
    add(("posexplode" + outer).c_str(), 1, 1, [](const CallSite& call) { return Explode(call, true); });
    add(("inline" + outer).c_str(), 1, 1, Inline);
  }
  add("stack", 2, -1, Stack);
  add("json_tuple", 2, -1, JsonTuple);
}

}  // namespace headrace::functions

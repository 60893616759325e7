#include "base/error.h"
#include "functions/typing_internal.h"

namespace headrace::functions {

using plan::DataType;
using plan::TypeId;

namespace {

/// A generator's type is a struct of the columns of its rows.
Resolution Columns(std::vector<DataType> arguments, std::vector<plan::StructField> columns, const char* name) {
  Resolution answer;
  answer.argument_types = std::move(arguments);
  answer.type = DataType::Struct(std::move(columns));
  answer.nullable = false;
  answer.lowering = name;
  return answer;
}

Typing Explode(const char* name, bool with_position) {
  return [=](const CallSite& call) {
    DataType type = Accept(call, 0, "a|M");
    std::vector<plan::StructField> columns;
    if (with_position) columns.push_back({"pos", TypeId::kInteger, false, {}});
    if (type.id() == TypeId::kMap) {
      columns.push_back({"key", type.key(), false, {}});
      columns.push_back({"value", type.value(), type.contains_null(), {}});
    } else {
      columns.push_back({"col", type.element(), type.contains_null(), {}});
    }
    return Columns({type}, std::move(columns), name);
  };
}

Resolution Inline(const CallSite& call) {
  DataType type = Accept(call, 0, "a");
  if (type.element().id() != TypeId::kStruct) ThrowUnexpectedType(call, 0, "\"ARRAY<STRUCT>\"");
  std::vector<plan::StructField> columns;
  for (const auto& field : type.element().fields()) {
    columns.push_back({field.name, field.type, field.nullable || type.contains_null(), {}});
  }
  return Columns({type}, std::move(columns), "inline");
}

Resolution Stack(const CallSite& call) {
  const auto& constant = RequireConstant(call, 0, "n");
  const auto* count = std::get_if<int64_t>(&constant.data);
  if (count == nullptr || *count <= 0) {
    ThrowMismatch(call, "VALUE_OUT_OF_RANGE", {{"exprName", "`n`"}, {"valueRange", "(0, 2147483647]"}, {"currentValue", count ? std::to_string(*count) : "null"}},
                  "The `n` must be between (0, 2147483647] (current value = " + (count ? std::to_string(*count) : "null") + ").");
  }
  size_t values = call.arguments.size() - 1, rows = static_cast<size_t>(*count);
  size_t width = (values + rows - 1) / rows;
  std::vector<DataType> types{TypeId::kInteger};
  std::vector<plan::StructField> columns;
  for (size_t column = 0; column < width; ++column) {
    std::vector<DataType> of_column;
    for (size_t i = column; i < values; i += width) of_column.push_back(call.arguments[1 + i].type);
    auto common = WiderType(of_column, call.environment.ansi);
    if (!common) ThrowDataDifferent(call, "stack");
    columns.push_back({"col" + std::to_string(column), *common, true, {}});
  }
  for (size_t i = 0; i < values; ++i) types.push_back(columns[i % width].type);
  return Columns(std::move(types), std::move(columns), "stack");
}

}  // namespace

void AddGenerators(FunctionTable& table) {
  for (const char* name : {"explode", "explode_outer"}) table.Add(MakeFunction(name, 1, 1, Explode("explode", false), kGenerator));
  for (const char* name : {"posexplode", "posexplode_outer"}) table.Add(MakeFunction(name, 1, 1, Explode("posexplode", true), kGenerator));
  for (const char* name : {"inline", "inline_outer"}) table.Add(MakeFunction(name, 1, 1, Inline, kGenerator));
  table.Add(MakeFunction("stack", 2, -1, Stack, kGenerator));
}

}  // namespace headrace::functions

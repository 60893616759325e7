#include <algorithm>

#include "base/error.h"
#include "functions/typing_internal.h"

namespace headrace::functions {

using plan::DataType;
using plan::TypeId;

namespace {

Resolution Make(std::vector<DataType> arguments, DataType type, bool nullable, std::string lowering) {
  Resolution answer;
  answer.argument_types = std::move(arguments);
  answer.type = std::move(type);
  answer.nullable = nullable;
  answer.lowering = std::move(lowering);
  return answer;
}

/// The hashes depend on Spark's types where DuckDB's storage hides them: the types' JSON goes along.
Typing Hash(const char* kernel, TypeId type) {
  return [=](const CallSite& call) {
    std::vector<DataType> types;
    for (const auto& argument : call.arguments) {
      if (argument.type.id() == TypeId::kMap) {
        std::string name = "`" + call.name + "`";
        ThrowMismatch(call, "HASH_MAP_TYPE", {{"functionName", name}},
                      "Input to the function " + name + " cannot contain elements of the \"MAP\" type.");
      }
      types.push_back(argument.type);
    }
    return Make(types, type, false, kernel);
  };
}

Resolution TypeOf(const CallSite& call) {
  Resolution answer = Make({call.arguments[0].type}, TypeId::kString, false, "spark_constant_text");
  answer.extra = {TextExtra(call.arguments[0].type.SimpleString())};
  return answer;
}

Resolution Collation(const CallSite& call) {
  DataType type = Accept(call, 0, "s");
  Resolution answer = Make({type}, TypeId::kString, false, "spark_constant_text");
  answer.extra = {TextExtra("SYSTEM.BUILTIN." + (type.collation().empty() ? std::string("UTF8_BINARY") : type.collation()))};
  return answer;
}

/// assert_true(condition[, message]) and raise_error(message).
Resolution RaiseError(const CallSite& call) {
  std::vector<DataType> types;
  types.push_back(Accept(call, 0, "s"));
  if (call.arguments.size() == 2) {
    const DataType strings = DataType::Map(TypeId::kString, TypeId::kString);
    if (call.arguments[1].type.id() != TypeId::kMap) ThrowUnexpectedType(call, 1, Quoted(strings.Sql()));
    types.push_back(strings);
  }
  return Make(types, TypeId::kNull, true, "spark_raise_error");
}

}  // namespace

void AddMisc(FunctionTable& table) {
  auto add = [&](const char* name, int min, int max, Typing typing, unsigned flags = kNoFlags) {
    table.Add(MakeFunction(name, min, max, std::move(typing), flags));
  };
  add("hash", 1, -1, Hash("spark_murmur3", TypeId::kInteger));
  add("xxhash64", 1, -1, Hash("spark_xxhash64", TypeId::kLong));
  add("typeof", 1, 1, TypeOf);
  add("collation", 1, 1, Collation);
  add("raise_error", 1, 2, RaiseError, kFails);
  add(
      "assert_true", 1, 2,
      [](const CallSite& call) {
        std::vector<DataType> types{Accept(call, 0, "b")};
        if (call.arguments.size() == 2) types.push_back(Accept(call, 1, "s"));
        auto answer = Make(types, TypeId::kNull, true, "spark_assert_true");
        answer.extra = {TextExtra(call.arguments[0].sql)};
        return answer;
      },
      kFails);
  AddRows(table, {
                     {"version", "->s", "spark_version", kNotNull},
                     {"get_json_object", "s,s->s", "spark_get_json_object", kMayBeNull},
                     {"json_array_length", "s->i", "spark_json_array_length", kMayBeNull},
                     {"json_object_keys", "s->As", "spark_json_object_keys", kMayBeNull},
                     {"xpath", "s,s->As", "spark_xpath", kMayBeNull | kFails},
                     {"xpath_boolean", "s,s->b", "spark_xpath_boolean", kMayBeNull | kFails},
                     {"xpath_short", "s,s->h", "spark_xpath_short", kMayBeNull | kFails},
                     {"xpath_int", "s,s->i", "spark_xpath_int", kMayBeNull | kFails},
                     {"xpath_long", "s,s->l", "spark_xpath_long", kMayBeNull | kFails},
                     {"xpath_float", "s,s->f", "spark_xpath_float", kMayBeNull | kFails},
                     {"xpath_double", "s,s->d", "spark_xpath_double", kMayBeNull | kFails},
                     {"xpath_string", "s,s->s", "spark_xpath_string", kMayBeNull | kFails},
                     {"bitmap_bit_position", "l->l", "spark_bitmap_bit_position"},
                     {"bitmap_bucket_number", "l->l", "spark_bitmap_bucket_number"},
                     {"bitmap_count", "x->l", "spark_bitmap_count"},
                 });
  AddAliases(table, {{"xpath_number", "xpath_double"}});
}

}  // namespace headrace::functions

#include <algorithm>

#include "base/error.h"
#include "functions/typing_internal.h"

// Functions that draw random numbers. The seed is their last argument; without one each run draws others.

namespace headrace::functions {

using plan::DataType;
using plan::TypeId;

namespace {

constexpr const char* kSeedTypes = "(\"INT\" or \"BIGINT\")";

/// rand, randn and uniform take no other type for a seed, not even a narrower one.
void RequireSeedType(const CallSite& call, size_t index) {
  TypeId id = call.arguments[index].type.id();
  if (id != TypeId::kInteger && id != TypeId::kLong && id != TypeId::kNull) ThrowUnexpectedType(call, index, kSeedTypes);
}

void RequireFoldable(const CallSite& call, size_t index, const char* input_name, const std::string& type) {
  if (call.arguments[index].constant != nullptr) return;
  std::string sql = Quoted(call.arguments[index].sql), name = std::string("`") + input_name + "`";
  ThrowMismatch(call, "NON_FOLDABLE_INPUT", {{"inputName", name}, {"inputType", type}, {"inputExpr", sql}},
                "the input " + name + " should be a foldable " + type + " expression; however, got " + sql + ".");
}

/// uuid and shuffle take a literal. False when it is null: then there is no seed.
bool HasSeedLiteral(const CallSite& call, size_t index, const char* function) {
  const Argument& seed = call.arguments[index];
  TypeId id = seed.type.id();
  bool number = seed.sql.find_first_not_of("-0123456789") == std::string::npos;
  if (seed.constant != nullptr && id == TypeId::kNull) return false;
  if (seed.constant != nullptr && (id == TypeId::kInteger || id == TypeId::kLong) && number) return true;
  std::string name = std::string("`") + function + "`", value = Quoted(seed.sql);
  throw Error(ErrorKind::kAnalysis, "INVALID_PARAMETER_VALUE.LONG",
              "The value of parameter(s) `seed` in " + name + " is invalid: expects a long literal, but got " + value + ".",
              {{"functionName", name}, {"parameter", "`seed`"}, {"invalidValue", value}});
}

Resolution Make(std::vector<DataType> types, size_t arguments, DataType type, bool nullable, const char* lowering) {
  Resolution answer;
  answer.argument_types = std::move(types);
  // What is left is the seed.
  if (arguments > answer.argument_types.size()) answer.argument_types.push_back(TypeId::kLong);
  answer.type = std::move(type);
  answer.nullable = nullable;
  answer.lowering = lowering;
  return answer;
}

Typing Rand(const char* kernel) {
  return [kernel](const CallSite& call) {
    if (!call.arguments.empty()) {
      RequireSeedType(call, 0);
      if (call.arguments[0].constant == nullptr) {
        std::string seed = Quoted(call.arguments[0].sql), text = CallText(call);
        throw Error(ErrorKind::kAnalysis, "SEED_EXPRESSION_IS_UNFOLDABLE",
                    "The seed expression " + seed + " of the expression " + text + " must be foldable.",
                    {{"seedExpr", seed}, {"exprWithSeed", text}})
            .WithSqlState("42K08");
      }
    }
    return Make({}, call.arguments.size(), TypeId::kDouble, false, kernel);
  };
}

/// The type of numbers between two bounds.
DataType BetweenType(const CallSite& call) {
  const DataType &low = call.arguments[0].type, &high = call.arguments[1].type;
  auto either = [&](TypeId id) { return low.id() == id || high.id() == id; };
  if (either(TypeId::kNull) || either(TypeId::kDouble)) return TypeId::kDouble;
  if (either(TypeId::kFloat)) return TypeId::kFloat;
  if (low.IsIntegral() && high.id() == TypeId::kDecimal) return high;
  if (high.IsIntegral() && low.id() == TypeId::kDecimal) return low;
  return CommonType(CallSite{call.environment, call.name, {call.arguments[0], call.arguments[1]}});
}

Resolution Uniform(const CallSite& call) {
  for (size_t i = 0; i < 2; i++) {
    const DataType& type = call.arguments[i].type;
    if (!type.IsNumeric() && type.id() != TypeId::kNull) ThrowUnexpectedType(call, i, "\"NUMERIC\"");
  }
  if (call.arguments.size() == 3) RequireSeedType(call, 2);
  const char* names[] = {"min", "max", "seed"};
  for (size_t i = 0; i < call.arguments.size(); i++) RequireFoldable(call, i, names[i], "integer or floating-point");
  DataType type = BetweenType(call);
  auto answer = Make({TypeId::kDouble, TypeId::kDouble}, call.arguments.size(), type, false, "spark_uniform");
  answer.extra = {NullOf(type)};
  return answer;
}

Resolution RandomText(const CallSite& call) {
  DataType length = Accept(call, 0, "i");
  if (call.arguments.size() == 2 && !call.arguments[1].type.IsNumeric() && call.arguments[1].type.id() != TypeId::kNull) {
    ThrowUnexpectedType(call, 1, kSeedTypes);
  }
  RequireFoldable(call, 0, "length", "integer");
  if (call.arguments.size() == 2) RequireFoldable(call, 1, "seed", "integer");
  return Make({length}, call.arguments.size(), TypeId::kString, false, "spark_randstr");
}

Resolution Shuffle(const CallSite& call) {
  bool seeded = call.arguments.size() == 2 && HasSeedLiteral(call, 1, "shuffle");
  const DataType& type = call.arguments[0].type;
  DataType array = type.id() == TypeId::kNull ? DataType::Array(TypeId::kNull, true) : type;
  if (array.id() != TypeId::kArray) ThrowUnexpectedType(call, 0, "\"ARRAY\"");
  auto answer = Make({array}, call.arguments.size(), array, call.arguments[0].nullable, "spark_shuffle");
  answer.extra = {NullOf(array)};
  if (!seeded) answer.keep_arguments = 1;
  return answer;
}

}  // namespace

void AddRandom(FunctionTable& table) {
  table.Add(MakeFunction("rand", 0, 1, Rand("spark_rand"), kRandom));
  table.Add(MakeFunction("randn", 0, 1, Rand("spark_randn"), kRandom));
  AddAliases(table, {{"random", "rand"}});
  table.Add(MakeFunction("uniform", 2, 3, Uniform, kRandom | kFails));
  table.Add(MakeFunction("randstr", 1, 2, RandomText, kRandom));
  table.Add(MakeFunction("shuffle", 1, 2, Shuffle, kRandom));
  table.Add(MakeFunction(
      "uuid", 0, 1,
      [](const CallSite& call) {
        bool seeded = !call.arguments.empty() && HasSeedLiteral(call, 0, "UUID");
        auto answer = Make({}, call.arguments.size(), TypeId::kString, false, "spark_uuid");
        if (!seeded) answer.keep_arguments = 0;
        return answer;
      },
      kRandom));
  AddRows(table, {{"monotonically_increasing_id", "->l", "spark_monotonic_id", kRandom | kNotNull},
                  {"distributed_sequence_id", "->l", "spark_sequence_id", kRandom | kNotNull},
                  {"spark_partition_id", "->i", "spark_partition_id", kRandom | kNotNull}});
}

}  // namespace headrace::functions

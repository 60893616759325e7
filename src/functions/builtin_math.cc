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

/// round, bround, ceil and floor with a scale: the result's decimal type (RoundBase.dataType).
DataType RoundedDecimal(const DataType& type, int64_t scale) {
  int integral = type.precision() - type.scale() + 1;
  if (scale < 0) {
    int precision = static_cast<int>(std::max<int64_t>(integral, -scale + 1));
    return DataType::Decimal(std::min(precision, 38), 0);
  }
  int new_scale = static_cast<int>(std::min<int64_t>(type.scale(), scale));
  return DataType::Decimal(std::min(integral + new_scale, 38), new_scale);
}

Typing Round(const char* kernel, bool only_decimals) {
  return [=](const CallSite& call) {
    DataType type = Accept(call, 0, only_decimals ? "m" : "n");
    int64_t scale = 0;
    std::vector<DataType> types{type};
    if (call.arguments.size() == 2) {
      types.push_back(Accept(call, 1, "i"));
      const auto& constant = RequireConstant(call, 1, "scale");
      if (const auto* number = std::get_if<int64_t>(&constant.data)) scale = *number;
    }
    std::string name = std::string("spark_") + kernel + (call.environment.ansi ? "" : "_wrap");
    if (type.id() == TypeId::kDecimal) {
      DataType result = RoundedDecimal(type, scale);
      auto answer = Make(types, result, true, std::string("spark_decimal_") + kernel);
      if (types.size() == 1) answer.lowering += "0";
      answer.extra = {NullOf(result)};
      return answer;
    }
    if (types.size() == 1) name += "0";
    return Make(types, type, true, name);
  };
}

Typing CeilOrFloor(const char* kernel) {
  return [=](const CallSite& call) {
    if (call.arguments.size() == 2) return Round(kernel, true)(call);
    DataType type = Accept(call, 0, "d|m|l");
    if (type.id() == TypeId::kDecimal) {
      int precision = std::min(38, type.precision() - type.scale() + 1);
      DataType result = type.scale() == 0 ? type : DataType::Decimal(precision, 0);
      auto answer = Make({type}, result, true, std::string("spark_decimal_") + kernel + "0");
      answer.extra = {NullOf(result)};
      return answer;
    }
    return Make({type}, TypeId::kLong, true, std::string("spark_") + kernel);
  };
}

}  // namespace

void AddMath(FunctionTable& table) {
  auto add = [&](const char* name, int min, int max, Typing typing, unsigned flags = kNoFlags) {
    table.Add(MakeFunction(name, min, max, std::move(typing), flags));
  };
  for (const char* name : {"sqrt", "cbrt", "exp",   "expm1", "sin",   "cos", "tan", "asin", "acos",    "atan",    "sinh",
                           "cosh", "tanh", "asinh", "acosh", "atanh", "cot", "sec", "csc",  "degrees", "radians", "rint"}) {
    std::string lowering = std::string("spark_") + name;
    AddRows(table, {{name, "d->d", lowering.c_str(), kMayBeNull}});
  }
  AddRows(table, {
                     {"signum", "d|P|Y->d", "spark_signum", kMayBeNull},
                     {"ln", "d->d", "spark_ln", kMayBeNull},
                     {"log2", "d->d", "spark_log2", kMayBeNull},
                     {"log10", "d->d", "spark_log10", kMayBeNull},
                     {"log1p", "d->d", "spark_log1p", kMayBeNull},
                     {"log", "d,d?->d", "spark_log", kMayBeNull},
                     {"pow", "d,d->d", "spark_pow"},
                     {"atan2", "d,d->d", "spark_atan2"},
                     {"hypot", "d,d->d", "spark_hypot"},
                     {"e", "->d", "spark_e", kNotNull},
                     {"pi", "->d", "spark_pi", kNotNull},
                     {"factorial", "i->l", "spark_factorial", kMayBeNull},
                     {"bin", "l->s", "spark_bin"},
                     {"hex", "l|x|s->s", "spark_hex"},
                     {"unhex", "s->x", "spark_unhex", kMayBeNull},
                     {"conv", "s,i,i->s", "spark_conv", kMayBeNull | kFails},
                     {"width_bucket", "d|P|Y,d|P|Y,d|P|Y,l->l", "spark_width_bucket", kMayBeNull},
                 });
  AddAliases(table, {{"sign", "signum"}, {"power", "pow"}, {"todegrees", "degrees"}, {"toradians", "radians"}});
  add("ceil", 1, 2, CeilOrFloor("ceil"));
  add("floor", 1, 2, CeilOrFloor("floor"));
  AddAliases(table, {{"ceiling", "ceil"}});
  add("round", 1, 2, Round("round", false), kFails);
  add("bround", 1, 2, Round("bround", false), kFails);
}

}  // namespace headrace::functions

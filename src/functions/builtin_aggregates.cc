#include <algorithm>
#include <cstdio>
#include <cstdlib>

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

/// The type that sum and avg take of their argument.
DataType AcceptAddable(const CallSite& call) {
  auto type = TryAccept(call, 0, "n|P|Y");
  if (!type) ThrowUnexpectedType(call, 0, "\"NUMERIC\" or \"ANSI INTERVAL\"");
  return *type;
}

/// sum and try_sum. The aggregate is wide; `finish` narrows it to Spark's type or says that it overflowed.
Typing Sum(bool is_try) {
  return [is_try](const CallSite& call) {
    DataType type = AcceptAddable(call);
    bool by_null = is_try || !call.environment.ansi;
    int mode = is_try ? 0 : call.environment.ansi ? 1 : 2;
    if (type.id() == TypeId::kDecimal) {
      DataType result = DataType::Decimal(std::min(38, type.precision() + 10), type.scale());
      auto answer = Make({type}, result, true, "spark_sum_decimal");
      answer.finish = "spark_finish_sum_decimal";
      answer.finish_extra = {IntExtra(by_null ? 0 : 1), NullOf(result)};
      return answer;
    }
    if (type.IsIntegral()) {
      auto answer = Make({type}, TypeId::kLong, true, type.id() == TypeId::kLong ? "spark_sum_long" : "spark_sum_int");
      if (type.id() == TypeId::kLong) {
        answer.finish = "spark_finish_sum_long";
        answer.finish_extra = {IntExtra(mode)};
      }
      return answer;
    }
    if (type.IsInterval()) {
      bool months = type.id() == TypeId::kYearMonthInterval;
      auto answer = Make({type}, type, true, months ? "spark_sum_int" : "spark_sum_long");
      answer.finish = months ? "spark_finish_sum_months" : "spark_finish_sum_long";
      answer.finish_extra = {IntExtra(mode)};
      return answer;
    }
    return Make({TypeId::kDouble}, TypeId::kDouble, true, "spark_sum_double");
  };
}

/// Of values that are all the same Spark divides by zero.
Typing Corr() {
  return [](const CallSite& call) {
    DataType type = TypeId::kDouble;
    auto answer = Make({Accept(call, 0, "d"), Accept(call, 1, "d")}, type, true, "spark_corr");
    answer.finish = "spark_finish_corr";
    answer.finish_extra = {IntExtra(call.environment.ansi ? 1 : 0)};
    return answer;
  };
}

Typing Avg(bool is_try) {
  return [is_try](const CallSite& call) {
    DataType type = AcceptAddable(call);
    if (type.id() == TypeId::kDecimal) {
      DataType result = BoundedDecimal(type.precision() + 4, type.scale() + 4);
      auto answer = Make({type}, result, true, "spark_avg_decimal");
      answer.finish = "spark_finish_avg_decimal";
      answer.finish_extra = {IntExtra(is_try || !call.environment.ansi ? 0 : 1), NullOf(result)};
      return answer;
    }
    if (type.IsInterval()) {
      return Make({type}, type.id() == TypeId::kYearMonthInterval ? DataType::YearMonthInterval() : DataType::DayTimeInterval(),
                  true, type.id() == TypeId::kYearMonthInterval ? "spark_avg_months" : "spark_avg_micros");
    }
    return Make({TypeId::kDouble}, TypeId::kDouble, true, "spark_avg_double");
  };
}

Resolution Count(const CallSite& call) {
  std::vector<DataType> types;
  for (const auto& argument : call.arguments) types.push_back(argument.type);
  // count(a, b) counts rows where none is null; count(*) arrives as count(1).
  return Make(types, TypeId::kLong, false, types.size() > 1 ? "spark_count_all" : "count");
}

bool Orderable(const DataType& type) {
  if (type.id() == TypeId::kMap || type.id() == TypeId::kCalendarInterval || type.id() == TypeId::kVariant) return false;
  if (type.id() == TypeId::kArray) return Orderable(type.element());
  for (const auto& field : type.fields()) {
    if (!Orderable(field.type)) return false;
  }
  return true;
}

Typing Extreme(const char* lowering, const char* function_name) {
  return [=](const CallSite& call) {
    size_t key = call.arguments.size() - 1;
    const auto& type = call.arguments[key].type;
    if (!Orderable(type)) {
      std::string text = Quoted(type.Sql()), name = std::string("`") + function_name + "`";
      ThrowMismatch(call, "INVALID_ORDERING_TYPE", {{"functionName", name}, {"dataType", text}},
                    "The " + name + " does not support ordering on type " + text + ".");
    }
    if (key == 0) return Make({type}, type, true, lowering);
    return Make({call.arguments[0].type, type}, call.arguments[0].type, true, lowering);
  };
}

/// first, last, any_value with an optional ignoreNulls argument.
Typing FirstLike(const char* name) {
  return [name](const CallSite& call) {
    std::vector<DataType> types{call.arguments[0].type};
    bool ignore = false;
    if (call.arguments.size() == 2) {
      types.push_back(Accept(call, 1, "b"));
      const auto* flag = std::get_if<bool>(&RequireConstant(call, 1, "isIgnore").data);
      ignore = flag != nullptr && *flag;
    }
    auto answer = Make(types, types[0], true, name);
    answer.keep_arguments = 1;
    answer.ignore_nulls = ignore;
    return answer;
  };
}

Typing Collect(const char* finish) {
  return [finish](const CallSite& call) {
    const auto& type = call.arguments[0].type;
    auto answer = Make({type}, DataType::Array(type, false), false, "list");
    answer.finish = finish;
    answer.finish_extra = {NullOf(answer.type)};
    return answer;
  };
}

std::optional<double> NumberOf(const plan::Value& value, const DataType& type) {
  if (const auto* whole = std::get_if<int64_t>(&value.data)) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&value.data)) return *number;
  if (const auto* decimal = std::get_if<plan::Int128>(&value.data)) return std::stod(plan::DecimalText(*decimal, type.scale()));
  return std::nullopt;
}

/// The percentages are constants between 0 and 1.
void CheckPercentages(const CallSite& call) {
  const auto& argument = call.arguments[1];
  bool many = argument.type.id() == TypeId::kArray;
  if (argument.constant == nullptr) {
    // Arrays and calculations need not fold here; columns never do.
    bool column = argument.sql.find('(') == std::string::npos;
    if (many || !column) return;
    std::string sql = Quoted(argument.sql);
    ThrowMismatch(call, "NON_FOLDABLE_INPUT", {{"inputName", "`percentage`"}, {"inputType", "\"DOUBLE\""}, {"inputExpr", sql}},
                  "the input `percentage` should be a foldable \"DOUBLE\" expression; however, got " + sql + ".");
  }
  std::vector<plan::Value> values{*argument.constant};
  if (const auto* list = std::get_if<std::vector<plan::Value>>(&argument.constant->data)) values = *list;
  for (const auto& value : values) {
    auto number = NumberOf(value, many ? argument.type.element() : argument.type);
    if (!number || (*number >= 0 && *number <= 1)) continue;
    char text[40];
    for (int digits = 1; digits <= 17; ++digits) {
      std::snprintf(text, sizeof(text), "%.*g", digits, *number);
      if (std::strtod(text, nullptr) == *number) break;
    }
    std::string shown = text;
    if (shown.find_first_of(".e") == std::string::npos) shown += ".0";
    ThrowMismatch(call, "VALUE_OUT_OF_RANGE",
                  {{"exprName", "percentage"}, {"valueRange", "[0.0, 1.0]"}, {"currentValue", shown + "D"}},
                  "The percentage must be between [0.0, 1.0] (current value = " + shown + "D).");
  }
}

/// Percentiles: the percentage is a constant number or an array of them.
Resolution Percentile(const CallSite& call, const std::string& kernel, DataType value, DataType result) {
  CheckPercentages(call);
  const auto& p = call.arguments[1].type;
  std::vector<DataType> types{value};
  bool many = p.id() == TypeId::kArray;
  types.push_back(many ? DataType::Array(TypeId::kDouble, p.contains_null()) : Accept(call, 1, "d"));
  for (size_t i = 2; i < call.arguments.size(); ++i) types.push_back(TypeId::kLong);
  auto answer = Make(types, many ? DataType::Array(result, false) : result, true, kernel + (many ? "_array" : ""));
  answer.extra = {NullOf(answer.type)};
  return answer;
}

Resolution ExactPercentile(const CallSite& call) {
  DataType value = Accept(call, 0, "n|P|Y");
  return Percentile(call, "spark_percentile", value.IsInterval() ? value : DataType(TypeId::kDouble),
                    value.IsInterval() ? value : DataType(TypeId::kDouble));
}

Resolution DiscretePercentile(const CallSite& call) {
  DataType value = Accept(call, 0, "n|P|Y");
  return Percentile(call, "spark_percentile_disc", value.IsInterval() ? value : DataType(TypeId::kDouble),
                    value.IsInterval() ? value : DataType(TypeId::kDouble));
}

Resolution ApproximatePercentile(const CallSite& call) {
  DataType value = Accept(call, 0, "n|D|T|N|P|Y");
  return Percentile(call, "spark_percentile_approx", value, value);
}

}  // namespace

void AddAggregates(FunctionTable& table) {
  auto add = [&](const char* name, int min, int max, Typing typing, unsigned flags = kAggregate) {
    table.Add(MakeFunction(name, min, max, std::move(typing), flags));
  };
  add("sum", 1, 1, Sum(false), kAggregate | kFails);
  add("try_sum", 1, 1, Sum(true), kAggregate | kFails);
  add("avg", 1, 1, Avg(false), kAggregate | kFails);
  add("try_avg", 1, 1, Avg(true), kAggregate | kFails);
  AddAliases(table, {{"mean", "avg"}});
  add("count", 1, -1, Count);
  add("min", 1, 1, Extreme("min", "min"));
  add("max", 1, 1, Extreme("max", "max"));
  add("max_by", 2, 2, Extreme("arg_max_null", "max_by"));
  add("min_by", 2, 2, Extreme("arg_min_null", "min_by"));
  add("first", 1, 2, FirstLike("first"));
  add("last", 1, 2, FirstLike("last"));
  add("any_value", 1, 2, FirstLike("first"));
  AddAliases(table, {{"first_value", "first"}, {"last_value", "last"}});
  add("corr", 2, 2, Corr());
  add("collect_list", 1, 1, Collect("spark_finish_collect_list"));
  add("collect_set", 1, 1, Collect("spark_finish_collect_set"));
  AddAliases(table, {{"array_agg", "collect_list"}});
  AddRows(table, {
                     {"count_if", "b->l", "spark_count_if", kAggregate | kNotNull},
                     {"bool_and", "b->b", "bool_and", kAggregate},
                     {"bool_or", "b->b", "bool_or", kAggregate},
                     {"bit_and", "I->$0", "bit_and", kAggregate},
                     {"bit_or", "I->$0", "bit_or", kAggregate},
                     {"bit_xor", "I->$0", "bit_xor", kAggregate},
                     {"stddev_samp", "d->d", "spark_stddev_samp", kAggregate},
                     {"stddev_pop", "d->d", "spark_stddev_pop", kAggregate},
                     {"var_samp", "d->d", "spark_var_samp", kAggregate},
                     {"var_pop", "d->d", "spark_var_pop", kAggregate},
                     {"skewness", "d->d", "spark_skewness", kAggregate},
                     {"kurtosis", "d->d", "spark_kurtosis", kAggregate},
                     {"covar_pop", "d,d->d", "spark_covar_pop", kAggregate},
                     {"covar_samp", "d,d->d", "spark_covar_samp", kAggregate},
                     {"regr_count", "d,d->l", "spark_regr_count", kAggregate | kNotNull},
                     {"regr_intercept", "d,d->d", "spark_regr_intercept", kAggregate},
                     {"regr_slope", "d,d->d", "spark_regr_slope", kAggregate},
                     {"regr_r2", "d,d->d", "spark_regr_r2", kAggregate},
                     {"regr_sxx", "d,d->d", "spark_regr_sxx", kAggregate},
                     {"regr_sxy", "d,d->d", "spark_regr_sxy", kAggregate},
                     {"regr_syy", "d,d->d", "spark_regr_syy", kAggregate},
                     {"product", "d->d", "spark_product", kAggregate},
                     {"median", "d->d", "spark_median", kAggregate},
                     {"bitmap_construct_agg", "l->x", "spark_bitmap_construct_agg", kAggregate | kNotNull},
                     {"bitmap_or_agg", "x->x", "spark_bitmap_or_agg", kAggregate | kNotNull},
                     {"bitmap_and_agg", "x->x", "spark_bitmap_and_agg", kAggregate | kNotNull},
                 });
  AddAliases(table, {{"every", "bool_and"},
                     {"some", "bool_or"},
                     {"any", "bool_or"},
                     {"stddev", "stddev_samp"},
                     {"std", "stddev_samp"},
                     {"variance", "var_samp"}});
  // The average of one side where both are there, in that side's type.
  for (size_t side : {0, 1}) {
    auto average = [side](const plan::FunctionCall& call, const plan::Origin& origin) {
      const auto& a = call.arguments;
      auto present = [&](size_t i) { return plan::Call("isnotnull", {a[i]}, origin); };
      plan::FunctionCall made;
      made.name = {"avg"};
      made.arguments = {plan::Call("when", {plan::Operator("and", {present(0), present(1)}, origin), a[side]}, origin)};
      made.filter = call.filter;
      return plan::Make(std::move(made), origin);
    };
    table.Add(MakeExpansion(side == 0 ? "regr_avgy" : "regr_avgx", 2, 2, average));
  }
  add("approx_count_distinct", 1, 2, [](const CallSite& call) {
    std::vector<DataType> types{call.arguments[0].type};
    if (call.arguments.size() == 2) types.push_back(Accept(call, 1, "d"));
    return Make(types, TypeId::kLong, false, "spark_approx_count_distinct");
  });
  // df.stat.freqItems: the values of more than a share of the rows.
  add("freq_items", 2, 2, [](const CallSite& call) {
    const auto& type = call.arguments[0].type;
    auto answer =
        Make({type, Accept(call, 1, "d")}, DataType::Array(type, call.arguments[0].nullable), false, "spark_freq_items");
    answer.extra = {NullOf(answer.type)};
    return answer;
  });
  add("mode", 1, 2, [](const CallSite& call) {
    std::vector<DataType> types{call.arguments[0].type};
    if (call.arguments.size() == 2) types.push_back(Accept(call, 1, "b"));
    return Make(types, types[0], true, "spark_mode");
  });
  add("mode_largest", 1, 1,
      [](const CallSite& call) { return Make({call.arguments[0].type}, call.arguments[0].type, true, "spark_mode_largest"); });
  add("percentile", 2, 3, ExactPercentile);
  add("percentile_cont", 2, 2, ExactPercentile);
  add("percentile_disc", 2, 2, DiscretePercentile);
  add("percentile_approx", 2, 3, ApproximatePercentile);
  AddAliases(table, {{"approx_percentile", "percentile_approx"}});
  add("histogram_numeric", 2, 2, [](const CallSite& call) {
    DataType value = Accept(call, 0, "n");
    DataType bins = DataType::Array(DataType::Struct({{"x", value, true, {}}, {"y", TypeId::kDouble, true, {}}}), true);
    auto answer = Make({TypeId::kDouble, Accept(call, 1, "i")}, bins, true, "spark_histogram_numeric");
    answer.extra = {NullOf(bins)};
    return answer;
  });
  add("listagg", 1, 2, [](const CallSite& call) {
    std::vector<DataType> types{Accept(call, 0, "s|x")};
    if (call.arguments.size() == 2)
      types.push_back(call.arguments[1].type.id() == TypeId::kNull ? types[0] : Accept(call, 1, "s|x"));
    return Make(types, types[0], true, types[0].id() == TypeId::kBinary ? "spark_listagg_binary" : "spark_listagg");
  });
  AddAliases(table, {{"string_agg", "listagg"}});
  // grouping(c) and grouping_id() are the analyzer's: they read the grouping set of the aggregation.

  // Window functions: DuckDB's names.
  constexpr unsigned kWindow = kWindowOnly;
  for (const char* name : {"row_number", "rank", "dense_rank"}) {
    table.Add(MakeFunction(
        name, 0, 0, [name](const CallSite&) { return Make({}, TypeId::kInteger, false, name); }, kWindow));
  }
  for (const char* name : {"percent_rank", "cume_dist"}) {
    table.Add(MakeFunction(
        name, 0, 0, [name](const CallSite&) { return Make({}, TypeId::kDouble, false, name); }, kWindow));
  }
  add(
      "ntile", 0, 1,
      [](const CallSite& call) {
        if (call.arguments.empty()) return Make({}, TypeId::kInteger, false, "ntile");
        const auto* buckets = std::get_if<int64_t>(&RequireConstant(call, 0, "buckets").data);
        if (buckets != nullptr && *buckets <= 0) {
          std::string value = std::to_string(*buckets);
          ThrowMismatch(call, "VALUE_OUT_OF_RANGE",
                        {{"exprName", "buckets"}, {"valueRange", "(0, 2147483647]"}, {"currentValue", value}},
                        "The buckets must be between (0, 2147483647] (current value = " + value + ").");
        }
        return Make({DataType(TypeId::kLong)}, TypeId::kInteger, false, "ntile");
      },
      kWindow);
  for (const char* name : {"lag", "lead"}) {
    table.Add(MakeFunction(
        name, 1, 3,
        [name](const CallSite& call) {
          DataType type = call.arguments[0].type;
          std::vector<DataType> types{type};
          bool nullable = true;
          if (call.arguments.size() > 1) types.push_back(TypeId::kLong);
          if (call.arguments.size() > 2) {
            auto common = WiderType(type, call.arguments[2].type, call.environment.ansi);
            if (!common) ThrowDataDifferent(call, name);
            nullable = call.arguments[0].nullable || call.arguments[2].nullable;
            types[0] = *common;
            types.push_back(*common);
          }
          return Make(types, types[0], nullable, name);
        },
        kWindow));
  }
  add(
      "nth_value", 2, 3,
      [](const CallSite& call) {
        std::vector<DataType> types{call.arguments[0].type, TypeId::kLong};
        auto answer = Make(types, types[0], true, "nth_value");
        if (call.arguments.size() == 3) {
          answer.argument_types.push_back(Accept(call, 2, "b"));
          const auto* ignore = std::get_if<bool>(&RequireConstant(call, 2, "ignoreNulls").data);
          answer.ignore_nulls = ignore != nullptr && *ignore;
          answer.keep_arguments = 2;
        }
        return answer;
      },
      kWindow);
}

}  // namespace headrace::functions

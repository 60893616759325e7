#include "functions/typing_internal.h"

namespace headrace::functions {

using plan::DataType;
using plan::TypeId;

namespace {

/// kll_sketch_get_quantile and kll_sketch_get_rank: one argument or an array of them.
Typing KllAsk(const std::string& kernel, const char* argument, DataType result) {
  return [=](const CallSite& call) {
    Resolution answer;
    const auto& asked = call.arguments[1].type;
    bool many = asked.id() == TypeId::kArray;
    DataType one = *argument == 'd' ? TypeId::kDouble : *argument == 'f' ? TypeId::kFloat : TypeId::kLong;
    answer.argument_types = {Accept(call, 0, "x"),
                             many ? DataType::Array(one, asked.contains_null()) : Accept(call, 1, argument)};
    answer.type = many ? DataType::Array(result, true) : result;
    answer.nullable = true;
    answer.lowering = kernel + (many ? "_array" : "");
    answer.extra = {NullOf(answer.type)};
    return answer;
  };
}

}  // namespace

void AddSketches(FunctionTable& table) {
  constexpr unsigned kAgg = kAggregate;
  AddRows(table, {
                     {"hll_sketch_agg", "i|l|s|x,i?->x", "spark_hll_sketch_agg", kAgg | kNotNull},
                     {"hll_union_agg", "x,b?->x", "spark_hll_union_agg", kAgg | kNotNull},
                     {"hll_sketch_estimate", "x->l", "spark_hll_sketch_estimate", kFails},
                     {"hll_union", "x,x,b?->x", "spark_hll_union", kFails},
                     {"theta_sketch_agg", "i|l|f|d|s|x,i?->x", "spark_theta_sketch_agg", kAgg | kNotNull},
                     {"theta_union_agg", "x,i?->x", "spark_theta_union_agg", kAgg | kNotNull},
                     {"theta_intersection_agg", "x->x", "spark_theta_intersection_agg", kAgg | kNotNull},
                     {"theta_sketch_estimate", "x->l", "spark_theta_sketch_estimate", kFails},
                     {"theta_union", "x,x,i?->x", "spark_theta_union", kFails},
                     {"theta_intersection", "x,x->x", "spark_theta_intersection", kFails},
                     {"theta_difference", "x,x->x", "spark_theta_difference", kFails},
                 });
  for (const std::string type : {"double", "integer"}) {
    std::string summary = type == "double" ? "d" : "l";
    auto add = [&](const std::string& name, const std::string& signature, const std::string& kernel, unsigned flags) {
      AddRows(table, {{(name + "_" + type).c_str(), signature.c_str(), kernel.c_str(), flags}});
    };
    add("tuple_sketch_agg", "i|l|f|d|s|x," + summary + ",i?,s?->x", "spark_tuple_sketch_agg", kAgg | kNotNull);
    add("tuple_union_agg", "x,i?,s?->x", "spark_tuple_union_agg", kAgg | kNotNull);
    add("tuple_intersection_agg", "x,s?->x", "spark_tuple_intersection_agg", kAgg | kNotNull);
    add("tuple_sketch_estimate", "x->d", "spark_tuple_sketch_estimate", kFails);
    add("tuple_sketch_theta", "x->d", "spark_tuple_sketch_theta", kFails);
    add("tuple_sketch_summary", "x,s?->" + summary, "spark_tuple_sketch_summary_" + type, kFails | kMayBeNull);
    add("tuple_difference", "x,x->x", "spark_theta_difference", kFails);
    add("tuple_difference_theta", "x,x->x", "spark_theta_difference", kFails);
    for (const std::string other : {"", "_theta"}) {
      add("tuple_union" + other, "x,x,i?,s?->x", "spark_tuple_union" + other, kFails);
      add("tuple_intersection" + other, "x,x,s?->x", "spark_tuple_intersection" + other, kFails);
    }
  }
  struct Kll {
    const char* type;
    const char* code;
    DataType result;
  };
  for (const Kll& kll :
       {Kll{"bigint", "l", TypeId::kLong}, Kll{"float", "f", TypeId::kFloat}, Kll{"double", "d", TypeId::kDouble}}) {
    std::string suffix = std::string("_") + kll.type, code = kll.code;
    auto add = [&](const std::string& name, const std::string& signature, unsigned flags) {
      AddRows(table, {{(name + suffix).c_str(), signature.c_str(), ("spark_" + name + suffix).c_str(), flags}});
    };
    add("kll_sketch_agg", code + ",i?->x", kAgg | kNotNull);
    add("kll_merge_agg", "x,i?->x", kAgg | kNotNull);
    add("kll_sketch_merge", "x,x->x", kFails);
    add("kll_sketch_get_n", "x->l", kFails);
    add("kll_sketch_to_string", "x->s", kFails);
    table.Add(MakeFunction(("kll_sketch_get_quantile" + suffix).c_str(), 2, 2,
                           KllAsk("spark_kll_sketch_get_quantile" + suffix, "d", kll.result), kFails));
    table.Add(MakeFunction(("kll_sketch_get_rank" + suffix).c_str(), 2, 2,
                           KllAsk("spark_kll_sketch_get_rank" + suffix, kll.code, TypeId::kDouble), kFails));
  }
}

}  // namespace headrace::functions

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

/// to_time and try_to_time.
Typing ToTime(bool is_try) {
  return [is_try](const CallSite& call) {
    std::vector<DataType> types;
    for (size_t i = 0; i < call.arguments.size(); ++i) types.push_back(Accept(call, i, "s"));
    auto answer = Make(types, DataType::Time(6), is_try || AnyNullable(call), "spark_to_time");
    answer.extra = {IntExtra(is_try ? 0 : 1)};
    return answer;
  };
}

/// time_bucket(width, timestamp[, origin]).
Resolution TimeBucket(const CallSite& call) {
  DataType stamp = call.arguments[1].type.id() == TypeId::kTimestampNtz ? call.arguments[1].type : Accept(call, 1, "T");
  std::vector<DataType> types{Accept(call, 0, "P"), stamp};
  if (call.arguments.size() == 3) types.push_back(stamp);
  return Make(types, stamp, AnyNullable(call), "spark_time_bucket");
}

}  // namespace

Typing WithParts(Typing other, DataType type, bool is_try) {
  return [=](const CallSite& call) {
    bool zoned = type.id() == TypeId::kTimestamp;
    if (call.arguments.size() >= 6) return other(call);
    if (call.arguments.size() > (zoned ? 3 : 2)) ThrowWrongCount(call, zoned ? "[2, 3, 6, 7]" : "[2, 6]");
    std::vector<DataType> types{Accept(call, 0, "D"), Accept(call, 1, "H")};
    if (call.arguments.size() == 3) types.push_back(Accept(call, 2, "s"));
    auto answer = Make(types, type, is_try || AnyNullable(call),
                       type.id() == TypeId::kTimestamp ? "spark_timestamp_of_parts" : "spark_timestamp_ntz_of_parts");
    answer.extra = {IntExtra(is_try ? 0 : 1)};
    return answer;
  };
}

void AddTimes(FunctionTable& table) {
  auto add = [&](const char* name, int min, int max, Typing typing, unsigned flags = kNoFlags) {
    table.Add(MakeFunction(name, min, max, std::move(typing), flags));
  };
  AddRows(table, {
                     {"time_to_millis", "H->l", "spark_time_to_millis"},
                     {"time_to_micros", "H->l", "spark_time_to_micros"},
                     {"time_from_millis", "l->H", "spark_time_from_millis", kFails},
                     {"time_from_micros", "l->H", "spark_time_from_micros", kFails},
                     {"time_diff", "s,H,H->l", "spark_time_diff", kFails},
                     {"time_trunc", "s,H->H", "spark_time_trunc", kFails},
                 });
  add("time_to_seconds", 1, 1, [](const CallSite& call) {
    return Make({Accept(call, 0, "H")}, DataType::Decimal(14, 6), AnyNullable(call), "spark_time_to_seconds");
  });
  add(
      "time_from_seconds", 1, 1,
      [](const CallSite& call) {
        return Make({Accept(call, 0, "n")}, DataType::Time(6), AnyNullable(call), "spark_time_from_seconds");
      },
      kFails);
  add("to_time", 1, 2, ToTime(false), kZone | kFails);
  add("try_to_time", 1, 2, ToTime(true), kZone | kFails);
  add("time_bucket", 2, 3, TimeBucket, kFails);
}

}  // namespace headrace::functions

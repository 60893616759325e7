#include <algorithm>

#include "base/error.h"
#include "functions/typing_internal.h"

namespace headrace::functions {

using plan::DataType;
using plan::TypeId;

namespace {

/// Nearly every kernel of this group is generic and gets its result type as the last extra constant.
Resolution Make(std::vector<DataType> arguments, DataType type, bool nullable, std::string lowering) {
  Resolution answer;
  answer.argument_types = std::move(arguments);
  answer.type = std::move(type);
  answer.nullable = nullable;
  answer.lowering = std::move(lowering);
  answer.extra = {NullOf(answer.type)};
  return answer;
}

DataType AcceptArray(const CallSite& call, size_t index) { return Accept(call, index, "a"); }
DataType AcceptMap(const CallSite& call, size_t index) { return Accept(call, index, "M"); }

[[noreturn]] void ThrowArrayElement(const CallSite& call, const std::string& function) {
  std::string l = Quoted(call.arguments[0].type.Sql()), r = Quoted(call.arguments[1].type.Sql()), array = Quoted("ARRAY");
  std::string name = "`" + function + "`";
  ThrowMismatch(call, "ARRAY_FUNCTION_DIFF_TYPES",
                {{"functionName", name}, {"dataType", array}, {"leftType", l}, {"rightType", r}},
                "Input to " + name + " should have been " + array + " followed by a value with same element type, but it's [" +
                    l + ", " + r + "].");
}

/// Array and value with one element type.
Typing ArrayWithValue(const char* kernel, DataType (*result)(const DataType& array, bool value_nullable)) {
  return [=](const CallSite& call) {
    std::string_view which = kernel;
    bool finds = which == "spark_array_contains" || which == "spark_array_position" || which == "spark_array_remove";
    const auto& value = call.arguments[1].type;
    if (finds && (call.arguments[0].type.id() == TypeId::kNull || value.id() == TypeId::kNull)) {
      std::string name = "`" + call.name + "`";
      ThrowMismatch(call, "NULL_TYPE", {{"functionName", name}},
                    "Null typed values cannot be used as arguments of " + name + ".");
    }
    DataType array = AcceptArray(call, 0);
    // Only a search may widen the array's decimals.
    auto element = std::string_view(kernel) == "spark_array_contains" ? WiderTypeWithoutStrings(array.element(), value, false)
                                                                      : TightestCommonType(array.element(), value, false);
    if (!element) ThrowArrayElement(call, call.name);
    DataType wide = DataType::Array(*element, array.contains_null());
    DataType type = result(wide, call.arguments[1].nullable);
    bool is_array = type.id() == TypeId::kArray;
    bool contains = std::string_view(kernel) == "spark_array_contains";
    bool nullable =
        call.arguments[0].nullable || (!is_array && call.arguments[1].nullable) || (contains && array.contains_null());
    if (std::string_view(kernel) == "spark_array_remove") nullable = call.arguments[0].nullable || call.arguments[1].nullable;
    return Make({wide, *element}, type, nullable, kernel);
  };
}

/// Two (or more) arrays of one type.
Typing SameArrays(const char* kernel, bool boolean) {
  return [=](const CallSite& call) {
    for (size_t i = 0; i < call.arguments.size(); ++i) AcceptArray(call, i);
    auto type = TightestCommonType(call.arguments[0].type, call.arguments[1].type, false);
    if (!type) {
      std::string l = Quoted(call.arguments[0].type.Sql()), r = Quoted(call.arguments[1].type.Sql());
      std::string name = "`" + call.name + "`";
      ThrowMismatch(call, "BINARY_ARRAY_DIFF_TYPES",
                    {{"functionName", name}, {"arrayType", Quoted("ARRAY")}, {"leftType", l}, {"rightType", r}},
                    "Input to function " + name + " should have been two \"ARRAY\" with same element type, but it's [" + l +
                        ", " + r + "].");
    }
    return Make({*type, *type}, boolean ? DataType(TypeId::kBoolean) : *type,
                AnyNullable(call) || (boolean && type->contains_null()), kernel);
  };
}

Typing OnArray(const char* kernel, DataType (*result)(const DataType&), bool may_be_null = false) {
  return [=](const CallSite& call) {
    DataType array = AcceptArray(call, 0);
    return Make({array}, result(array), may_be_null || AnyNullable(call), kernel);
  };
}

Typing OnMap(const char* kernel, DataType (*result)(const DataType&)) {
  return [=](const CallSite& call) {
    DataType map = AcceptMap(call, 0);
    return Make({map}, result(map), AnyNullable(call), kernel);
  };
}

DataType Entry(const DataType& map) {
  return DataType::Struct({{"key", map.key(), false, {}}, {"value", map.value(), map.contains_null(), {}}});
}

/// element_at, try_element_at, get and the two forms of [].
Resolution ElementAt(const CallSite& call, bool by_null) {
  const auto& from = call.arguments[0].type;
  if (from.id() == TypeId::kMap) {
    auto key = WiderType(from.key(), call.arguments[1].type, call.environment.ansi);
    if (!key || !(*key == from.key())) {
      std::string l = Quoted(from.Sql()), r = Quoted(call.arguments[1].type.Sql()), name = "`" + call.name + "`";
      ThrowMismatch(call, "MAP_FUNCTION_DIFF_TYPES",
                    {{"functionName", name}, {"dataType", Quoted("MAP")}, {"leftType", l}, {"rightType", r}},
                    "Input to " + name + " should have been \"MAP\" followed by a value with same key type, but it's [" + l +
                        ", " + r + "].");
    }
    return Make({from, from.key()}, from.value(), true, "spark_map_value");
  }
  DataType array = AcceptArray(call, 0);
  const auto& index = call.arguments[1].type;
  if (!index.IsIntegral() && index.id() != TypeId::kNull) ThrowUnexpectedType(call, 1, "\"INT\"");
  auto answer = Make({array, TypeId::kInteger}, array.element(), true, "spark_element_at");
  bool fails = !by_null && call.environment.ansi;
  answer.extra = {IntExtra(fails ? 1 : 0), NullOf(array.element())};
  answer.nullable = !fails || AnyNullable(call) || array.contains_null();
  return answer;
}

Resolution ArrayItem(const CallSite& call, bool by_null) {
  DataType array = AcceptArray(call, 0);
  const auto& index = call.arguments[1].type;
  if (!index.IsIntegral() && index.id() != TypeId::kNull) ThrowUnexpectedType(call, 1, "\"INTEGRAL\"");
  auto answer = Make({array, TypeId::kLong}, array.element(), true, "spark_array_item");
  answer.extra = {IntExtra(by_null || !call.environment.ansi ? 0 : 1), NullOf(array.element())};
  return answer;
}

Resolution CreateArray(const CallSite& call) {
  DataType element = call.arguments.empty() ? DataType(TypeId::kNull) : CommonType(call);
  return Make(std::vector<DataType>(call.arguments.size(), element), DataType::Array(element, AnyNullable(call)), false,
              "spark_array");
}

Resolution CreateMap(const CallSite& call) {
  if (call.arguments.size() % 2) {
    ThrowWrongCount(call, "2n (n > 0)");
  }
  std::vector<DataType> keys, values;
  bool nulls = false;
  for (size_t i = 0; i < call.arguments.size(); i += 2) {
    keys.push_back(call.arguments[i].type);
    values.push_back(call.arguments[i + 1].type);
    nulls = nulls || call.arguments[i + 1].nullable;
  }
  auto refuse = [&](const char* condition, const std::vector<DataType>& types) {
    std::string text;
    for (const auto& type : types) text += (text.empty() ? "" : ", ") + Quoted(type.Sql());
    ThrowMismatch(call, condition, {{"functionName", "`map`"}, {"dataType", "[" + text + "]"}},
                  std::string("The given ") + (std::string_view(condition) == "CREATE_MAP_KEY_DIFF_TYPES" ? "keys" : "values") +
                      " of function `map` should all be the same type, but they are [" + text + "].");
  };
  auto key = WiderType(keys, call.environment.ansi), value = WiderType(values, call.environment.ansi);
  if (!key) refuse("CREATE_MAP_KEY_DIFF_TYPES", keys);
  if (!value) refuse("CREATE_MAP_VALUE_DIFF_TYPES", values);
  std::vector<DataType> types;
  for (size_t i = 0; i < call.arguments.size(); ++i) types.push_back(i % 2 ? *value : *key);
  return Make(types, DataType::Map(*key, *value, nulls), false, "spark_map");
}

Resolution ArraysZip(const CallSite& call) {
  std::vector<DataType> types;
  std::vector<plan::StructField> fields;
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    types.push_back(AcceptArray(call, i));
    std::string name = call.arguments[i].sql;
    bool plain = call.arguments[i].constant == nullptr && !name.empty() &&
                 (std::isalpha(static_cast<unsigned char>(name[0])) || name[0] == '_');
    for (char c : name) plain = plain && (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.');
    auto dot = name.rfind('.');
    if (plain && dot != std::string::npos) name = name.substr(dot + 1);
    fields.push_back({plain ? name : std::to_string(i), types.back().element(), true, {}});
  }
  return Make(types, DataType::Array(DataType::Struct(fields), false), AnyNullable(call), "spark_arrays_zip");
}

Resolution Sequence(const CallSite& call) {
  auto common = WiderType(call.arguments[0].type, call.arguments[1].type, call.environment.ansi);
  if (!common || !(common->IsIntegral() || common->IsDatetime())) {
    ThrowMismatch(call, "SEQUENCE_WRONG_INPUT_TYPES",
                  {{"functionName", "`sequence`"},
                   {"parameterName", "`start`"},
                   {"startType", "(\"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"DATE\")"}},
                  "`sequence` uses the wrong parameter type.");
  }
  std::vector<DataType> types{*common, *common};
  std::string kernel = "spark_sequence";
  if (common->IsIntegral()) {
    if (call.arguments.size() == 3) types.push_back(*common);
  } else {
    kernel += common->id() == TypeId::kDate ? "_date" : common->id() == TypeId::kTimestamp ? "_timestamp" : "_ntz";
    if (call.arguments.size() == 3) {
      const auto& step = call.arguments[2].type;
      types.push_back(step);
      kernel += step.id() == TypeId::kYearMonthInterval ? "_months"
                : step.id() == TypeId::kDayTimeInterval ? "_micros"
                                                        : "_calendar";
      if (step.IsString()) types.back() = TypeId::kCalendarInterval;
    }
  }
  return Make(types, DataType::Array(*common, false), AnyNullable(call), kernel);
}

Resolution MapConcat(const CallSite& call) {
  if (call.arguments.empty()) return Make({}, DataType::Map(TypeId::kString, TypeId::kString, false), false, "spark_map_concat");
  for (size_t i = 0; i < call.arguments.size(); ++i) AcceptMap(call, i);
  auto type = CommonType(call);
  return Make(std::vector<DataType>(call.arguments.size(), type), type, AnyNullable(call), "spark_map_concat");
}

Resolution Size(const CallSite& call, bool legacy) {
  DataType type = Accept(call, 0, "a|M");
  auto answer = Make({type}, TypeId::kInteger, !legacy && AnyNullable(call), "spark_size");
  answer.extra = {IntExtra(legacy)};
  return answer;
}

}  // namespace

void AddCollections(FunctionTable& table) {
  auto add = [&](const char* name, int min, int max, Typing typing, unsigned flags = kNoFlags) {
    table.Add(MakeFunction(name, min, max, std::move(typing), flags));
  };
  using T = const DataType&;
  auto same = +[](T array) { return array; };
  auto element = +[](T array) { return array.element(); };
  auto with_value = +[](T array, bool) { return array; };
  auto with_nullable_value =
      +[](T array, bool nullable) { return DataType::Array(array.element(), array.contains_null() || nullable); };
  auto boolean = +[](T, bool) { return DataType(TypeId::kBoolean); };
  auto position = +[](T, bool) { return DataType(TypeId::kLong); };
  add("array", 0, -1, CreateArray);
  add("map", 0, -1, CreateMap, kFails);
  AddAliases(table, {{"create_map", "map"}});
  add("array_contains", 2, 2, ArrayWithValue("spark_array_contains", boolean));
  add("array_position", 2, 2, ArrayWithValue("spark_array_position", position));
  add("array_remove", 2, 2, ArrayWithValue("spark_array_remove", with_value));
  add("array_append", 2, 2, ArrayWithValue("spark_array_append", with_nullable_value));
  add("array_prepend", 2, 2, ArrayWithValue("spark_array_prepend", with_nullable_value));
  add("array_union", 2, 2, SameArrays("spark_array_union", false));
  add("array_intersect", 2, 2, SameArrays("spark_array_intersect", false));
  add("array_except", 2, 2, SameArrays("spark_array_except", false));
  add("arrays_overlap", 2, 2, SameArrays("spark_arrays_overlap", true));
  add("array_distinct", 1, 1, OnArray("spark_array_distinct", same));
  add("array_compact", 1, 1,
      OnArray(
          "spark_array_compact", +[](T a) { return DataType::Array(a.element(), false); }));
  add("array_min", 1, 1, OnArray("spark_array_min", element, true));
  add("array_max", 1, 1, OnArray("spark_array_max", element, true));
  add("reverse", 1, 1, [](const CallSite& call) {
    if (call.arguments[0].type.id() != TypeId::kArray) {
      auto answer = Make({Accept(call, 0, "s")}, TypeId::kString, AnyNullable(call), "spark_reverse");
      answer.extra.clear();
      return answer;
    }
    const auto& type = call.arguments[0].type;
    return Make({type}, type, AnyNullable(call), "spark_array_reverse");
  });
  add(
      "flatten", 1, 1,
      [](const CallSite& call) {
        DataType array = AcceptArray(call, 0);
        if (array.element().id() != TypeId::kArray) ThrowUnexpectedType(call, 0, "\"ARRAY\" of \"ARRAY\"");
        bool nulls = array.element().contains_null();
        return Make({array}, DataType::Array(array.element().element(), nulls), AnyNullable(call) || array.contains_null(),
                    "spark_flatten");
      },
      kFails);
  add(
      "array_repeat", 2, 2,
      [](const CallSite& call) {
        const auto& type = call.arguments[0].type;
        return Make({type, Accept(call, 1, "i")}, DataType::Array(type, call.arguments[0].nullable), call.arguments[1].nullable,
                    "spark_array_repeat");
      },
      kFails);
  add(
      "slice", 3, 3,
      [](const CallSite& call) {
        DataType array = AcceptArray(call, 0);
        return Make({array, Accept(call, 1, "i"), Accept(call, 2, "i")}, array, AnyNullable(call), "spark_slice");
      },
      kFails);
  add(
      "array_insert", 3, 3,
      [](const CallSite& call) {
        DataType array = AcceptArray(call, 0);
        auto element_type = TightestCommonType(array.element(), call.arguments[2].type, false);
        if (!element_type) ThrowArrayElement(call, call.name);
        DataType wide = DataType::Array(*element_type, true);
        return Make({wide, Accept(call, 1, "i"), *element_type}, wide, call.arguments[0].nullable || call.arguments[1].nullable,
                    "spark_array_insert");
      },
      kFails);
  add("array_join", 2, 3, [](const CallSite& call) {
    std::vector<DataType> types{DataType::Array(TypeId::kString)};
    AcceptArray(call, 0);
    for (size_t i = 1; i < call.arguments.size(); ++i) types.push_back(Accept(call, i, "s"));
    auto answer = Make(types, TypeId::kString, AnyNullable(call), "spark_array_join");
    answer.extra.clear();
    return answer;
  });
  add("sort_array", 1, 2, [](const CallSite& call) {
    DataType array = AcceptArray(call, 0);
    std::vector<DataType> types{array};
    if (call.arguments.size() == 2) types.push_back(Accept(call, 1, "b"));
    return Make(types, array, call.arguments[0].nullable, "spark_sort_array");
  });
  add(
      "element_at", 2, 2, [](const CallSite& call) { return ElementAt(call, false); }, kFails);
  add(
      "try_element_at", 2, 2, [](const CallSite& call) { return ElementAt(call, true); }, kFails);
  add(
      "get", 2, 2, [](const CallSite& call) { return ArrayItem(call, true); }, kFails);
  // child[index] and child[key] of ExtractValue.
  add(
      "getarrayitem", 2, 2, [](const CallSite& call) { return ArrayItem(call, false); }, kFails);
  add(
      "getmapvalue", 2, 2, [](const CallSite& call) { return ElementAt(call, true); }, kFails);
  add("size", 1, 1, [](const CallSite& call) { return Size(call, call.environment.legacy_size_of_null); });
  add("array_size", 1, 1, [](const CallSite& call) { return Size(call, false); });
  AddAliases(table, {{"cardinality", "size"}});
  add("arrays_zip", 0, -1, ArraysZip);
  add("sequence", 2, 3, Sequence, kZone | kFails);

  add("map_keys", 1, 1,
      OnMap(
          "spark_map_keys", +[](T map) { return DataType::Array(map.key(), true); }));
  add("map_values", 1, 1,
      OnMap(
          "spark_map_values", +[](T map) { return DataType::Array(map.value(), true); }));
  add("map_entries", 1, 1,
      OnMap(
          "spark_map_entries", +[](T map) { return DataType::Array(Entry(map), false); }));
  add("map_contains_key", 2, 2, [](const CallSite& call) {
    DataType map = AcceptMap(call, 0);
    auto answer = Make({map, map.key()}, TypeId::kBoolean, true, "spark_map_contains_key");
    answer.extra.clear();
    return answer;
  });
  add(
      "map_from_arrays", 2, 2,
      [](const CallSite& call) {
        DataType keys = AcceptArray(call, 0), values = AcceptArray(call, 1);
        return Make({keys, values}, DataType::Map(keys.element(), values.element(), values.contains_null()), AnyNullable(call),
                    "spark_map_from_arrays");
      },
      kFails);
  add(
      "map_from_entries", 1, 1,
      [](const CallSite& call) {
        DataType entries = AcceptArray(call, 0);
        if (entries.element().id() != TypeId::kStruct || entries.element().fields().size() != 2) {
          ThrowUnexpectedType(call, 0, "\"ARRAY\" of pair \"STRUCT\"");
        }
        const auto& fields = entries.element().fields();
        return Make({entries}, DataType::Map(fields[0].type, fields[1].type, fields[1].nullable),
                    AnyNullable(call) || entries.contains_null(), "spark_map_from_entries");
      },
      kFails);
  add("map_concat", 0, -1, MapConcat, kFails);
  add(
      "str_to_map", 1, 3,
      [](const CallSite& call) {
        std::vector<DataType> types;
        for (size_t i = 0; i < call.arguments.size(); ++i) types.push_back(Accept(call, i, "s"));
        return Make(types, DataType::Map(TypeId::kString, TypeId::kString), call.arguments[0].nullable, "spark_str_to_map");
      },
      kFails);
}

namespace {

/// The element type of the array a lambda runs over. The constant null has none.
DataType ElementOf(const CallSite& call, size_t index) {
  const auto& type = call.arguments[index].type;
  if (type.id() != TypeId::kArray) ThrowUnexpectedType(call, index, "\"ARRAY\"");
  return type.element();
}
bool ElementNullable(const CallSite& call, size_t index) { return call.arguments[index].type.contains_null(); }

std::vector<LambdaParameter> ElementAndIndex(const CallSite& call, size_t, size_t arity) {
  std::vector<LambdaParameter> made{{ElementOf(call, 0), ElementNullable(call, 0)}};
  if (arity == 2) made.push_back({TypeId::kInteger, false});
  return made;
}

/// The map a lambda runs over. The constant null has no types for the lambda's variables.
DataType MapOf(const CallSite& call, size_t index) {
  if (call.arguments[index].type.id() != TypeId::kMap) ThrowUnexpectedType(call, index, "\"MAP\"");
  return call.arguments[index].type;
}

std::vector<LambdaParameter> KeyAndValue(const CallSite& call, size_t, size_t) {
  DataType map = MapOf(call, 0);
  return {{map.key(), false}, {map.value(), map.contains_null()}};
}

DataType BooleanBody(const CallSite& call, size_t index) {
  if (call.arguments[index].type.id() != TypeId::kBoolean && call.arguments[index].type.id() != TypeId::kNull) {
    ThrowUnexpectedType(call, index, "\"BOOLEAN\"");
  }
  return TypeId::kBoolean;
}

/// A function whose arguments from `first` on are lambdas.
Function Lambda(const char* name, int min, int max, int first, Typing typing, LambdaTyping lambda, unsigned flags = kNoFlags) {
  Function function = MakeFunction(name, min, max, std::move(typing), flags);
  function.lambda_typing = std::move(lambda);
  function.first_lambda = first;
  return function;
}

}  // namespace

void AddLambdas(FunctionTable& table) {
  auto types_of = [](const CallSite& call) {
    std::vector<DataType> types;
    for (const auto& argument : call.arguments) types.push_back(argument.type);
    return types;
  };
  auto array_fixed = [](const CallSite& call, std::vector<DataType> types, DataType type, bool nullable, const char* form) {
    auto answer = Make(std::move(types), std::move(type), nullable, form);
    answer.extra.clear();
    return answer;
  };
  table.Add(Lambda(
      "transform", 2, 2, 1,
      [=](const CallSite& call) {
        const auto& body = call.arguments[1];
        return array_fixed(call, types_of(call), DataType::Array(body.type, body.nullable), call.arguments[0].nullable,
                           "@transform");
      },
      ElementAndIndex));
  table.Add(Lambda(
      "filter", 2, 2, 1,
      [=](const CallSite& call) {
        auto types = types_of(call);
        types[1] = BooleanBody(call, 1);
        return array_fixed(call, types, types[0], call.arguments[0].nullable, "@filter");
      },
      ElementAndIndex));
  for (bool all : {false, true}) {
    table.Add(Lambda(
        all ? "forall" : "exists", 2, 2, 1,
        [=](const CallSite& call) {
          auto types = types_of(call);
          types[1] = BooleanBody(call, 1);
          return array_fixed(call, types, TypeId::kBoolean, call.arguments[0].nullable || call.arguments[1].nullable,
                             all ? "@forall" : "@exists");
        },
        ElementAndIndex));
  }
  table.Add(Lambda(
      "aggregate", 3, 4, 2,
      [=](const CallSite& call) {
        auto types = types_of(call);
        types[2] = types[1];
        if (!call.arguments[2].type.SameType(types[1])) {
          std::string actual = Quoted(call.arguments[2].type.Sql());
          ThrowUnexpectedType(call, 2, Quoted(types[1].Sql()));
        }
        bool finishes = call.arguments.size() == 4;
        return array_fixed(call, types, finishes ? types[3] : types[1], true, "@aggregate");
      },
      [](const CallSite& call, size_t lambda, size_t) -> std::vector<LambdaParameter> {
        LambdaParameter accumulator{call.arguments[1].type, true};
        if (lambda == 3) return {accumulator};
        return {accumulator, {ElementOf(call, 0), ElementNullable(call, 0)}};
      }));
  AddAliases(table, {{"reduce", "aggregate"}});
  table.Add(Lambda(
      "zip_with", 3, 3, 2,
      [=](const CallSite& call) {
        const auto& body = call.arguments[2];
        return array_fixed(call, types_of(call), DataType::Array(body.type, body.nullable),
                           call.arguments[0].nullable || call.arguments[1].nullable, "@zip_with");
      },
      [](const CallSite& call, size_t, size_t) -> std::vector<LambdaParameter> {
        return {{ElementOf(call, 0), true}, {ElementOf(call, 1), true}};
      }));
  table.Add(Lambda(
      "transform_values", 2, 2, 1,
      [=](const CallSite& call) {
        DataType map = MapOf(call, 0);
        return array_fixed(call, types_of(call), DataType::Map(map.key(), call.arguments[1].type, call.arguments[1].nullable),
                           call.arguments[0].nullable, "@transform_values");
      },
      KeyAndValue));
  table.Add(Lambda(
      "transform_keys", 2, 2, 1,
      [=](const CallSite& call) {
        DataType map = MapOf(call, 0);
        return array_fixed(call, types_of(call), DataType::Map(call.arguments[1].type, map.value(), map.contains_null()),
                           call.arguments[0].nullable, "@transform_keys");
      },
      KeyAndValue, kFails));
  table.Add(Lambda(
      "map_filter", 2, 2, 1,
      [=](const CallSite& call) {
        auto types = types_of(call);
        types[1] = BooleanBody(call, 1);
        return array_fixed(call, types, types[0], call.arguments[0].nullable, "@map_filter");
      },
      KeyAndValue));
  table.Add(Lambda(
      "map_zip_with", 3, 3, 2,
      [=](const CallSite& call) {
        DataType map = MapOf(call, 0);
        return array_fixed(call, types_of(call), DataType::Map(map.key(), call.arguments[2].type, call.arguments[2].nullable),
                           call.arguments[0].nullable || call.arguments[1].nullable, "@map_zip_with");
      },
      [](const CallSite& call, size_t, size_t) -> std::vector<LambdaParameter> {
        DataType left = MapOf(call, 0), right = MapOf(call, 1);
        return {{left.key(), false}, {left.value(), true}, {right.value(), true}};
      }));
  table.Add(Lambda(
      "array_sort", 1, 2, 1,
      [=](const CallSite& call) {
        if (call.arguments.size() == 1) {
          ElementOf(call, 0);
          const DataType& array = call.arguments[0].type;
          return Make({array}, array, call.arguments[0].nullable, "spark_array_sort");
        }
        auto types = types_of(call);
        types[0] = AcceptArray(call, 0);
        return array_fixed(call, types, types[0], call.arguments[0].nullable, "@array_sort");
      },
      [](const CallSite& call, size_t, size_t) -> std::vector<LambdaParameter> {
        LambdaParameter item{ElementOf(call, 0), ElementNullable(call, 0)};
        return {item, item};
      },
      kFails));
}

}  // namespace headrace::functions

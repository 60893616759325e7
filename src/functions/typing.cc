#include <array>
#include <cstring>

#include "base/error.h"
#include "functions/typing_internal.h"

namespace headrace::functions {

using plan::DataType;
using plan::TypeId;

namespace {

struct Code {
  char code;
  TypeId type;
};
constexpr Code kCodes[] = {{'b', TypeId::kBoolean},   {'t', TypeId::kByte},
                           {'h', TypeId::kShort},     {'i', TypeId::kInteger},
                           {'l', TypeId::kLong},      {'f', TypeId::kFloat},
                           {'d', TypeId::kDouble},    {'s', TypeId::kString},
                           {'x', TypeId::kBinary},    {'D', TypeId::kDate},
                           {'T', TypeId::kTimestamp}, {'N', TypeId::kTimestampNtz},
                           {'v', TypeId::kNull},      {'c', TypeId::kCalendarInterval}};

std::optional<DataType> Concrete(char code) {
  for (const auto& entry : kCodes) {
    if (entry.code == code) return DataType(entry.type);
  }
  switch (code) {
    case 'P':
      return DataType::DayTimeInterval();
    case 'Y':
      return DataType::YearMonthInterval();
    case 'H':
      return DataType::Time(6);
    default:
      return std::nullopt;
  }
}

bool Matches(char code, const DataType& type) {
  switch (code) {
    case 'y':
      return true;
    case 'n':
      return type.IsNumeric();
    case 'I':
      return type.IsIntegral();
    case 'm':
      return type.id() == TypeId::kDecimal;
    case 'a':
      return type.id() == TypeId::kArray;
    case 'M':
      return type.id() == TypeId::kMap;
    case 'S':
      return type.id() == TypeId::kStruct;
    case 's':
      return type.IsString();
    case 'P':
      return type.id() == TypeId::kDayTimeInterval;
    case 'Y':
      return type.id() == TypeId::kYearMonthInterval;
    case 'H':
      return type.id() == TypeId::kTime;
    default:
      return Concrete(code)->id() == type.id();
  }
}

std::optional<DataType> CastTo(char code, const DataType& from, bool ansi) {
  if (from.id() == TypeId::kNull) {
    switch (code) {
      case 'n':
        return DataType(TypeId::kDouble);
      case 'I':
        return DataType(TypeId::kInteger);
      case 'm':
        return DataType::Decimal(38, 18);
      case 'a':
        return DataType::Array(TypeId::kNull);
      case 'M':
        return DataType::Map(TypeId::kNull, TypeId::kNull);
      case 'S':
        return DataType::Struct({});
      default:
        return Concrete(code);
    }
  }
  if (code == 'n') return from.IsString() ? std::optional<DataType>(TypeId::kDouble) : std::nullopt;
  if (code == 'm') {
    if (from.IsNumeric()) return DecimalForType(from);
    return from.IsString() ? std::optional<DataType>(DataType::Decimal(38, 18)) : std::nullopt;
  }
  auto to = Concrete(code);
  if (!to) return std::nullopt;
  return ImplicitCast(from, *to, ansi);
}

std::string CodeText(char code) {
  switch (code) {
    case 'n':
      return "\"NUMERIC\"";
    case 'I':
      return "\"INTEGRAL\"";
    case 'm':
      return "\"DECIMAL\"";
    case 'a':
      return "\"ARRAY\"";
    case 'M':
      return "\"MAP\"";
    case 'S':
      return "\"STRUCT\"";
    case 'y':
      return "\"ANY\"";
    case 'P':
      return "\"INTERVAL DAY TO SECOND\"";
    default:
      return "\"" + Concrete(code)->Sql() + "\"";
  }
}

struct Parameter {
  std::string codes;
  bool optional = false;
  bool repeated = false;
};

struct Parsed {
  std::vector<Parameter> parameters;
  std::string result;
  int min = 0;
  int max = 0;
};

Parsed Parse(const char* signature) {
  std::string text(signature);
  auto arrow = text.find("->");
  Parsed parsed;
  parsed.result = text.substr(arrow + 2);
  std::string left = text.substr(0, arrow);
  size_t start = 0;
  while (start < left.size()) {
    size_t end = std::min(left.find(',', start), left.size());
    Parameter parameter{left.substr(start, end - start)};
    char last = parameter.codes.back();
    if (last == '?' || last == '*') {
      (last == '?' ? parameter.optional : parameter.repeated) = true;
      parameter.codes.pop_back();
    }
    if (!parameter.optional && !parameter.repeated) parsed.min++;
    parsed.max = parameter.repeated ? -1 : parsed.max + 1;
    parsed.parameters.push_back(std::move(parameter));
    start = end + 1;
  }
  return parsed;
}

DataType ResultType(const std::string& result, const std::vector<DataType>& arguments) {
  if (result[0] == 'A') return DataType::Array(ResultType(result.substr(1), arguments), true);
  if (result[0] == 'B') return DataType::Array(ResultType(result.substr(1), arguments), false);
  if (result[0] == '$') return arguments[result[1] - '0'];
  if (result[0] == 'e') return arguments[result[1] - '0'].element();
  return *Concrete(result[0]);
}

void ApplyFlags(Function& function, unsigned flags) {
  function.fallible = flags & kFails;
  function.time_zone = flags & kZone;
  function.deterministic = !(flags & kRandom);
  if (flags & kAggregate) function.kind = Kind::kAggregate;
  if (flags & kWindowOnly) function.kind = Kind::kWindow;
  if (flags & kGenerator) function.kind = Kind::kGenerator;
}

}  // namespace

void AddRows(FunctionTable& table, std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    Parsed parsed = Parse(row.signature);
    std::string lowering = row.lowering;
    unsigned flags = row.flags;
    Function function;
    function.name = row.name;
    function.min_arguments = parsed.min;
    function.max_arguments = parsed.max;
    ApplyFlags(function, flags);
    function.typing = [parsed, lowering, flags](const CallSite& call) {
      Resolution answer;
      bool nullable = false;
      for (size_t i = 0; i < call.arguments.size(); ++i) {
        const auto& parameter = parsed.parameters[std::min(i, parsed.parameters.size() - 1)];
        answer.argument_types.push_back(Accept(call, i, parameter.codes.c_str()));
        nullable = nullable || call.arguments[i].nullable ||
                   (call.environment.ansi ? false : CastForcesNullable(call.arguments[i].type, answer.argument_types[i]));
      }
      answer.type = ResultType(parsed.result, answer.argument_types);
      answer.nullable = (flags & kNotNull) ? false : (flags & (kMayBeNull | kAggregate)) ? true : nullable;
      answer.lowering = lowering;
      if (flags & kTyped) answer.extra.push_back(NullOf(answer.type));
      return answer;
    };
    table.Add(std::move(function));
  }
}

void AddAliases(FunctionTable& table, std::initializer_list<Alias> aliases) {
  for (const auto& alias : aliases) table.AddAlias(alias.alias, alias.name);
}

Function MakeFunction(const char* name, int min_arguments, int max_arguments, Typing typing, unsigned flags) {
  Function function;
  function.name = name;
  function.min_arguments = min_arguments;
  function.max_arguments = max_arguments;
  function.typing = std::move(typing);
  ApplyFlags(function, flags);
  return function;
}

Function MakeExpansion(const char* name, int min_arguments, int max_arguments, Expansion expansion) {
  Function function;
  function.name = name;
  function.min_arguments = min_arguments;
  function.max_arguments = max_arguments;
  function.expansion = std::move(expansion);
  return function;
}

std::optional<DataType> TryAccept(const CallSite& call, size_t index, const char* codes) {
  const DataType& type = call.arguments[index].type;
  for (const char* code = codes; *code; ++code) {
    if (*code != '|' && Matches(*code, type)) return type;
  }
  for (const char* code = codes; *code; ++code) {
    if (*code == '|') continue;
    if (auto cast = CastTo(*code, type, call.environment.ansi)) return cast;
  }
  return std::nullopt;
}

DataType Accept(const CallSite& call, size_t index, const char* codes) {
  if (auto type = TryAccept(call, index, codes)) return *type;
  std::string required;
  int count = 0;
  for (const char* code = codes; *code; ++code) {
    if (*code == '|') continue;
    required += (count++ ? " or " : "") + CodeText(*code);
  }
  ThrowUnexpectedType(call, index, count > 1 ? "(" + required + ")" : required);
}

bool AnyNullable(const CallSite& call) {
  for (const auto& argument : call.arguments) {
    if (argument.nullable) return true;
  }
  return false;
}

plan::Literal NullOf(const DataType& type) { return plan::Literal{plan::Value(), type}; }
plan::Literal IntExtra(int64_t value) { return plan::Literal{plan::Value(plan::Value::Data(value)), TypeId::kLong}; }
plan::Literal TextExtra(const std::string& text) { return plan::Literal{plan::Value(plan::Value::Data(text)), TypeId::kString}; }

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

std::string CallText(const CallSite& call) {
  static const char* const kOperators[] = {"+",   "-",  "*",  "/",   "%",  "div", "=", "==", "<",  "<=", ">",  ">=",
                                           "<=>", "!=", "<>", "and", "or", "&",   "|", "^",  "<<", ">>", ">>>"};
  if (call.arguments.size() == 2) {
    for (const char* op : kOperators) {
      if (call.name != op) continue;
      std::string symbol = op;
      if (symbol == "and" || symbol == "or") symbol = symbol == "and" ? "AND" : "OR";
      if (symbol == "==") symbol = "=";
      return Quoted("(" + call.arguments[0].sql + " " + symbol + " " + call.arguments[1].sql + ")");
    }
  }
  std::string text = call.name + "(";
  for (size_t i = 0; i < call.arguments.size(); ++i) text += (i ? ", " : "") + call.arguments[i].sql;
  return Quoted(text + ")");
}

std::string Ordinal(size_t index) {
  static const char* const kNames[] = {"first", "second",  "third",  "fourth", "fifth",
                                       "sixth", "seventh", "eighth", "ninth",  "tenth"};
  return index < std::size(kNames) ? kNames[index] : std::to_string(index + 1) + "th";
}

void ThrowMismatch(const CallSite& call, const std::string& subclass, std::map<std::string, std::string> parameters,
                   const std::string& reason) {
  std::string text = CallText(call);
  parameters["sqlExpr"] = text;
  throw Error(ErrorKind::kAnalysis, "DATATYPE_MISMATCH." + subclass,
              "Cannot resolve " + text + " due to data type mismatch: " + reason, std::move(parameters));
}

void ThrowWrongCount(const CallSite& call, const std::string& expected) {
  throw WrongArgumentCount(call.name, expected, call.arguments.size());
}

void ThrowUnexpectedType(const CallSite& call, size_t index, const std::string& required) {
  const Argument& argument = call.arguments[index];
  std::string sql = Quoted(argument.sql), type = Quoted(argument.type.Sql()), ordinal = Ordinal(index);
  ThrowMismatch(
      call, "UNEXPECTED_INPUT_TYPE",
      {{"paramIndex", ordinal}, {"requiredType", required}, {"inputSql", sql}, {"inputType", type}},
      "The " + ordinal + " parameter requires the " + required + " type, however " + sql + " has the type " + type + ".");
}

void ThrowDifferentTypes(const CallSite& call) {
  std::string left = Quoted(call.arguments[0].type.Sql()), right = Quoted(call.arguments[1].type.Sql());
  ThrowMismatch(call, "BINARY_OP_DIFF_TYPES", {{"left", left}, {"right", right}},
                "the left and right operands of the binary operator have incompatible types (" + left + " and " + right + ").");
}

void ThrowBinaryWrongType(const CallSite& call, const std::string& required, const DataType& actual) {
  std::string type = Quoted(actual.Sql());
  ThrowMismatch(call, "BINARY_OP_WRONG_TYPE", {{"inputType", required}, {"actualDataType", type}},
                "the binary operator requires the input type " + required + ", not " + type + ".");
}

void ThrowDataDifferent(const CallSite& call, const std::string& function_name) {
  // Spark writes the types of these in brackets.
  bool brackets = function_name == "greatest" || function_name == "least" || function_name == "in";
  std::string types;
  for (const auto& argument : call.arguments) {
    types += (types.empty() ? "" : brackets ? ", " : " or ") + Quoted(argument.type.Sql());
  }
  types = brackets ? "[" + types + "]" : "(" + types + ")";
  std::string name = "`" + function_name + "`";
  ThrowMismatch(call, "DATA_DIFF_TYPES", {{"functionName", name}, {"dataType", types}},
                "Input to " + name + " should all be the same type, but it's " + types + ".");
}

const plan::Value& RequireConstant(const CallSite& call, size_t index, const char* input_name) {
  const Argument& argument = call.arguments[index];
  if (argument.constant != nullptr) return *argument.constant;
  std::string type = Quoted(argument.type.Sql()), sql = Quoted(argument.sql);
  ThrowMismatch(
      call, "NON_FOLDABLE_INPUT", {{"inputName", std::string("`") + input_name + "`"}, {"inputType", type}, {"inputExpr", sql}},
      std::string("the input `") + input_name + "` should be a foldable " + type + " expression; however, got " + sql + ".");
}

DataType CommonType(const CallSite& call, size_t first) {
  std::vector<DataType> types;
  for (size_t i = first; i < call.arguments.size(); ++i) types.push_back(call.arguments[i].type);
  auto common = WiderType(types, call.environment.ansi);
  if (!common) ThrowDataDifferent(call, call.name);
  return *common;
}

}  // namespace headrace::functions

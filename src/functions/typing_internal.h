#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "functions/coercion.h"
#include "functions/function.h"

namespace headrace::functions {

/// What a row of a table of functions says beside name and signature.
enum Flag : unsigned {
  kNoFlags = 0,
  kFails = 1,  ///< Function::fallible.
  kZone = 2,  ///< Function::time_zone.
  kMayBeNull = 4,  ///< The result is nullable whatever the arguments are.
  kNotNull = 8,  ///< The result is never null.
  kRandom = 16,  ///< Not deterministic.
  kTyped = 32,  ///< A null of the result's type is appended as the last extra constant.
  kAggregate = 64,
  kWindowOnly = 128,
  kGenerator = 256,
};

/// One function of a table. `signature` is parameters and result, such as "s,i,i?->s". A parameter is one or more type
/// codes joined by "|" (the first that fits), "?" after it makes it optional, "*" lets it repeat. Codes:
/// b boolean, t tinyint, h smallint, i int, l bigint, f float, d double, s string, x binary, D date, T timestamp,
/// N timestamp_ntz, c interval, P day-time interval, Y year-month interval, v void, H time; n any number, I any integral,
/// m any decimal, a any array, M any map, S any struct, y anything. Results are the same codes for concrete types, "$0" for
/// the type of the first argument after its cast, "e0" for the element type of the first, "A" before a code for an array
/// of it (without nulls: "B").
struct Row {
  const char* name;
  const char* signature;
  const char* lowering;
  unsigned flags = kNoFlags;
};

void AddRows(FunctionTable& table, std::initializer_list<Row> rows);
struct Alias {
  const char* alias;
  const char* name;
};
void AddAliases(FunctionTable& table, std::initializer_list<Alias> aliases);

/// A function with its own typing rule.
Function MakeFunction(const char* name, int min_arguments, int max_arguments, Typing typing, unsigned flags = kNoFlags);
/// A function that is written as others.
Function MakeExpansion(const char* name, int min_arguments, int max_arguments, Expansion expansion);

/// The cast of an argument to one of the codes ("s|x"), or throws UNEXPECTED_INPUT_TYPE.
plan::DataType Accept(const CallSite& call, size_t index, const char* codes);
/// The same without the throw.
std::optional<plan::DataType> TryAccept(const CallSite& call, size_t index, const char* codes);

bool AnyNullable(const CallSite& call);
plan::Literal NullOf(const plan::DataType& type);
plan::Literal IntExtra(int64_t value);
plan::Literal TextExtra(const std::string& text);

/// "\"upper(x)\"": the call in an error's parameters.
std::string CallText(const CallSite& call);
std::string Quoted(const std::string& text);
/// "first", "second", ...
std::string Ordinal(size_t index);

[[noreturn]] void ThrowMismatch(const CallSite& call, const std::string& subclass, std::map<std::string, std::string> parameters,
                                const std::string& reason);
[[noreturn]] void ThrowWrongCount(const CallSite& call, const std::string& expected);
[[noreturn]] void ThrowUnexpectedType(const CallSite& call, size_t index, const std::string& required);
/// The types that date_add and date_sub take for the days, as an error names them.
inline constexpr const char* kDaysTypes = "(\"INT\" or \"SMALLINT\" or \"TINYINT\")";
/// BINARY_OP_DIFF_TYPES, BINARY_OP_WRONG_TYPE, DATA_DIFF_TYPES.
[[noreturn]] void ThrowDifferentTypes(const CallSite& call);
[[noreturn]] void ThrowBinaryWrongType(const CallSite& call, const std::string& required, const plan::DataType& actual);
[[noreturn]] void ThrowDataDifferent(const CallSite& call, const std::string& function_name);
/// NON_FOLDABLE_INPUT for an argument that must be constant.
const plan::Value& RequireConstant(const CallSite& call, size_t index, const char* input_name);

/// The type of all arguments from `first` on, as Spark widens them, or throws DATA_DIFF_TYPES.
plan::DataType CommonType(const CallSite& call, size_t first = 0);

/// The other typing, or for two (three with a zone) arguments that of a date and a time of day.
Typing WithParts(Typing other, plan::DataType type, bool is_try);

void AddOperators(FunctionTable& table);
void AddConditionals(FunctionTable& table);
void AddMath(FunctionTable& table);
void AddRandom(FunctionTable& table);
void AddStrings(FunctionTable& table);
void AddDates(FunctionTable& table);
void AddTimes(FunctionTable& table);
void AddAggregates(FunctionTable& table);
void AddSketches(FunctionTable& table);
void AddCollections(FunctionTable& table);
void AddLambdas(FunctionTable& table);
void AddMisc(FunctionTable& table);
void AddGenerators(FunctionTable& table);

}  // namespace headrace::functions

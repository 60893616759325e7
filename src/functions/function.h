#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "plan/expression.h"

namespace headrace::functions {

/// What a typing rule may ask about the session.
struct Environment {
  bool ansi = true;
  std::string time_zone = "UTC";
  bool legacy_size_of_null = false;
};

/// One resolved argument of a call.
struct Argument {
  plan::DataType type;
  bool nullable = true;
  const plan::Value* constant = nullptr;  ///< The value when the argument is foldable, else null.
  bool is_literal = false;  ///< Written as a literal (not merely foldable).
  std::string sql;  ///< The argument's text as Spark writes it, for error parameters.
  bool is_lambda = false;  ///< `type` and `nullable` are then the body's.
};

/// What a typing rule sees.
struct CallSite {
  const Environment& environment;
  std::string name;  ///< As it was called.
  std::vector<Argument> arguments;
  bool distinct = false;
};

/// What a typing rule answers.
struct Resolution {
  /// What each argument is implicitly cast to; the cast is inserted by `analysis` where the type differs.
  std::vector<plan::DataType> argument_types;
  plan::DataType type;
  bool nullable = true;
  /// The lowering's name, empty for the function's own: a kernel or a DuckDB function in the engine's function schema,
  /// or a special form ("@and") of the engine's lowering table; special forms get neither `extra` nor
  /// time zone nor site; aggregates no time zone and no site.
  std::string lowering;
  /// Aggregates: nulls are skipped though the call does not say so (first(x, true)).
  bool ignore_nulls = false;
  /// Only the first so many arguments are lowered (the others were constants that the typing rule has used); -1: all.
  int keep_arguments = -1;
  /// Constants appended to the arguments when lowering (a resolved format, a precision).
  std::vector<plan::Literal> extra;
  /// Aggregates: a scalar kernel applied to the result (sum's HUGEINT → BIGINT with overflow check), "" for none. It is
  /// called as finish(result, finish_extra..., site).
  std::string finish;
  std::vector<plan::Literal> finish_extra;
};

/// Types a call, or throws Error(kAnalysis, "DATATYPE_MISMATCH.…" / "WRONG_NUM_ARGS.…") as Spark does.
using Typing = std::function<Resolution(const CallSite&)>;

/// Gives the types and nullability of a lambda's variables from the arguments that are no lambdas (in order, lambdas
/// left as void). `lambda` is the argument's index, `arity` how many variables it was written with.
struct LambdaParameter {
  plan::DataType type;
  bool nullable = true;
};
using LambdaTyping = std::function<std::vector<LambdaParameter>(const CallSite&, size_t lambda, size_t arity)>;

/// Rewrites a call into other unresolved expressions (Spark's RuntimeReplaceable): nvl(a, b) → coalesce(a, b). The
/// generated column name is still that of the call as written.
using Expansion = std::function<plan::ExpressionPtr(const plan::FunctionCall& call, const plan::Origin& origin)>;

enum class Kind {
  kScalar,
  kAggregate,
  kWindow,  ///< Only with OVER: row_number, lag, ...
  kGenerator,  ///< explode, posexplode, inline, stack, json_tuple: rows out of a row.
  kTable,  ///< Only in FROM: range.
};

/// Spark's WRONG_NUM_ARGS.WITHOUT_SUGGESTION; `expected` as Spark writes it: "2", "[2, 3]", "> 1", "2n (n > 0)".
Error WrongArgumentCount(const std::string& name, const std::string& expected, size_t given);

/// Whether `name`, in lower case, is a function of Spark or Delta that Headrace does not have: an error names it as such.
bool IsMissing(std::string_view name);

/// One entry of the table of Spark's functions.
struct Function {
  std::string name;
  Kind kind = Kind::kScalar;
  int min_arguments = 0;
  int max_arguments = -1;  ///< -1: any number.
  Typing typing;  ///< Unset when `expansion` is set.
  Expansion expansion;
  LambdaTyping lambda_typing;
  int first_lambda = -1;  ///< From here on arguments that are no lambdas stand for lambdas that ignore their variables.
  bool deterministic = true;
  /// Can raise an error that depends on the data: conjunctions with it are guarded, and the lowering appends a constant
  /// INTEGER argument, the call's site, which the kernel puts in the exception so that the query context is found.
  bool fallible = false;
  /// The lowering appends the session time zone as a constant VARCHAR argument (before the site).
  bool time_zone = false;
  std::string usage;  ///< For DESCRIBE FUNCTION: "upper(str) - Returns `str` in upper case."
};

/// The table of functions. Built once, then read-only and thread-safe.
class FunctionTable {
 public:
  /// The functions of Spark that Headrace has.
  static const FunctionTable& Builtin();

  void Add(Function function);
  /// `alias` names the same entry.
  void AddAlias(const std::string& alias, const std::string& name);

  /// Case-insensitive; null when there is none.
  const Function* Find(std::string_view name) const;
  /// Every name and alias, in lower case, sorted.
  std::vector<std::string> Names() const;

 private:
  std::vector<std::unique_ptr<Function>> functions_;
  std::map<std::string, const Function*, std::less<>> by_name_;
};

}  // namespace headrace::functions

#include "functions/function.h"

#include <cctype>

#include "base/error.h"
#include "functions/function_internal.h"

namespace headrace::functions {

namespace {

std::string Lower(std::string_view name) {
  std::string text(name);
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

Error WrongArgumentCount(const std::string& name, const std::string& expected, size_t given) {
  std::string count = std::to_string(given), docroot = "https://spark.apache.org/docs/latest";
  return Error(ErrorKind::kAnalysis, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
               "The `" + name + "` requires " + expected + " parameters but the actual number is " + count +
                   ". Please, refer to '" + docroot + "/sql-ref-functions.html' for a fix.",
               {{"functionName", "`" + name + "`"}, {"expectedNum", expected}, {"actualNum", count}, {"docroot", docroot}});
}

void FunctionTable::Add(Function function) {
  std::string name = Lower(function.name);
  functions_.push_back(std::make_unique<Function>(std::move(function)));
  if (!by_name_.emplace(name, functions_.back().get()).second) ThrowInternal("function declared twice: " + name);
}

void FunctionTable::AddAlias(const std::string& alias, const std::string& name) {
  const Function* function = Find(name);
  if (function == nullptr) ThrowInternal("alias of an unknown function: " + name);
  if (!by_name_.emplace(Lower(alias), function).second) ThrowInternal("function declared twice: " + alias);
}

const Function* FunctionTable::Find(std::string_view name) const {
  auto found = by_name_.find(Lower(name));
  return found == by_name_.end() ? nullptr : found->second;
}

std::vector<std::string> FunctionTable::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, function] : by_name_) names.push_back(name);
  return names;
}

const FunctionTable& FunctionTable::Builtin() {
  static const FunctionTable table = [] {
    FunctionTable made;
    AddBuiltins(made);
    return made;
  }();
  return table;
}

}  // namespace headrace::functions

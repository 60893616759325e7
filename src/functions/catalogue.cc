#include "functions/catalogue.h"

#include <algorithm>
#include <cctype>

#include "functions/function.h"
#include "functions/usages_internal.h"

namespace headrace::functions {

namespace {

const Usage* Find(std::string_view name) {
  auto usages = Usages();
  auto found =
      std::lower_bound(usages.begin(), usages.end(), name, [](const Usage& a, std::string_view b) { return a.name < b; });
  return found != usages.end() && found->name == name ? &*found : nullptr;
}

std::string_view TextOf(std::string_view name) {
  const Usage* usage = Find(name);
  return usage == nullptr ? std::string_view() : usage->text;
}

/// Functions with a type at their names' end share a text: kll_sketch_agg_bigint, tuple_union_theta_double.
std::string_view TextOfFamily(std::string_view name) {
  for (std::string_view type : {"bigint", "double", "float", "integer"}) {
    if (name.ends_with(type)) return TextOf(name.substr(0, name.size() - type.size()));
  }
  return {};
}

}  // namespace

std::string UsageOf(std::string_view name) {
  std::string called(name);
  for (char& c : called) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (called.ends_with('_')) return "";
  std::string_view text = TextOf(called);
  const Function* function = Find(called) == nullptr ? FunctionTable::Builtin().Find(called) : nullptr;
  if (function != nullptr) {
    text = TextOf(function->name);
    if (text.empty()) text = TextOfFamily(function->name);
  }
  // Functions start with their arguments, operators are written out.
  return text.starts_with('(') ? called + std::string(text) : std::string(text);
}

std::vector<std::string> CatalogueNames() {
  std::vector<std::string> names;
  for (auto& name : FunctionTable::Builtin().Names()) {
    if (!UsageOf(name).empty()) names.push_back(std::move(name));
  }
  for (const auto& usage : Usages()) {
    if (!usage.name.ends_with('_') && !usage.text.empty()) names.emplace_back(usage.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool IsSyntax(std::string_view name) {
  return name == "!=" || name == "<>" || name == "between" || name == "case" || name == "||";
}

}  // namespace headrace::functions

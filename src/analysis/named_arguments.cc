#include "analysis/named_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "analysis/edit_distance.h"
#include "analysis/error_context.h"
#include "analysis/names.h"

namespace headrace::analysis {

namespace {

struct Parameter {
  std::string_view name;
  std::optional<plan::Literal> otherwise;  ///< Nothing: the parameter is required.
};

/// The parameters of the functions that take names; empty for the others.
std::vector<Parameter> ParametersOf(std::string_view name) {
  auto text = [](const char* value) {
    return plan::Literal{plan::Value(plan::Value::Data(std::string(value))), plan::TypeId::kString};
  };
  if (name == "mask") {
    return {{"str", {}},
            {"upperChar", text("X")},
            {"lowerChar", text("x")},
            {"digitChar", text("n")},
            {"otherChar", plan::Literal{plan::Value(), plan::TypeId::kNull}}};
  }
  if (name == "count_min_sketch") return {{"column", {}}, {"epsilon", {}}, {"confidence", {}}, {"seed", {}}};
  if (name.starts_with("explode") || name.starts_with("posexplode")) return {{"collection", {}}};
  if (name.starts_with("inline")) return {{"input", {}}};
  return {};
}

/// Where a name stands in one of Scala's sets of more than four: they are ordered by these bits of their improved hash.
uint32_t PlaceInSet(std::string_view name) {
  uint32_t hash = 0;
  for (char c : name) hash = hash * 31 + static_cast<unsigned char>(c);
  hash += ~(hash << 9);
  hash ^= hash >> 14;
  hash += hash << 4;
  hash ^= hash >> 10;
  return hash & 31;
}

/// The parameters most like a name that is none of them, out of the set that Spark has of them.
std::string Proposal(const std::vector<Parameter>& parameters, const std::string& written) {
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const auto& parameter : parameters) {
    std::string quoted = plan::QuotedName(std::string(parameter.name));
    ranked.emplace_back(EditDistance(quoted, written), std::move(quoted));
  }
  if (ranked.size() > 4) {
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
      auto place = [](std::string_view quoted) { return PlaceInSet(quoted.substr(1, quoted.size() - 2)); };
      return place(a.second) < place(b.second);
    });
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text;
  for (size_t i = 0; i < std::min<size_t>(ranked.size(), 3); ++i) text += (i ? " " : "") + ranked[i].second;
  return text;
}

}  // namespace

plan::FunctionCall PlaceNamedArguments(const plan::FunctionCall& call, const std::string& name, const plan::Origin& origin) {
  auto first_named = std::find_if(call.arguments.begin(), call.arguments.end(),
                                  [](const auto& argument) { return plan::As<plan::NamedArgument>(argument) != nullptr; });
  if (first_named == call.arguments.end()) return call;
  std::string routine = plan::QuotedName(name);
  std::vector<Parameter> parameters = ParametersOf(name);
  if (parameters.empty()) {
    throw AnalysisError("NAMED_PARAMETERS_NOT_SUPPORTED",
                        fmt::format("Named parameters are not supported for function {}; please retry the query with positional "
                                    "arguments to the function call instead.",
                                    routine),
                        {{"functionName", routine}}, origin);
  }
  plan::Expressions placed(call.arguments.begin(), first_named);
  size_t positional = placed.size();
  placed.resize(std::max(placed.size(), parameters.size()));
  const std::string& first_name = plan::As<plan::NamedArgument>(*first_named)->name;
  for (auto argument = first_named; argument != call.arguments.end(); ++argument) {
    const auto* named = plan::As<plan::NamedArgument>(*argument);
    if (named == nullptr) {
      throw AnalysisError("UNEXPECTED_POSITIONAL_ARGUMENT",
                          fmt::format("Cannot invoke routine {} because it contains positional argument(s) following the named "
                                      "argument assigned to {}; please rearrange them so the positional arguments come first and "
                                      "then retry the query again.",
                                      routine, plan::QuotedName(first_name)),
                          {{"routineName", routine}, {"parameterName", plan::QuotedName(first_name)}}, origin);
    }
    size_t index = 0;
    while (index < parameters.size() && !EqualNames(parameters[index].name, named->name)) ++index;
    std::string parameter = plan::QuotedName(named->name);
    if (index == parameters.size()) {
      std::string proposal = Proposal(parameters, named->name);
      throw AnalysisError("UNRECOGNIZED_PARAMETER_NAME",
                          fmt::format("Cannot invoke routine {} because the routine call included a named argument reference for "
                                      "the argument named {}, but this routine does not include any signature containing an "
                                      "argument with this name. Did you mean one of the following? [{}].",
                                      routine, parameter, proposal),
                          {{"routineName", routine}, {"argumentName", parameter}, {"proposal", proposal}}, origin);
    }
    if (placed[index] != nullptr) {
      bool twice = index >= positional;
      throw AnalysisError(
          twice ? "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE"
                : "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.BOTH_POSITIONAL_AND_NAMED",
          fmt::format("Call to routine {} is invalid because it includes multiple argument assignments to the same parameter "
                      "name {}. {}",
                      routine, parameter,
                      twice
                          ? fmt::format("More than one named argument referred to the same parameter. Please assign a value only "
                                        "once.")
                          : "A positional argument and named argument both referred to the same parameter. Please remove the "
                            "named argument referring to this parameter."),
          {{"routineName", routine}, {"parameterName", parameter}}, origin);
    }
    placed[index] = named->value;
  }
  for (size_t i = 0; i < placed.size(); ++i) {
    if (placed[i] != nullptr) continue;
    if (!parameters[i].otherwise) {
      std::string parameter = plan::QuotedName(std::string(parameters[i].name));
      throw AnalysisError(
          "REQUIRED_PARAMETER_NOT_FOUND",
          fmt::format("Cannot invoke routine {} because the parameter named {} is required, but the routine call did "
                      "not supply a value. Please update the routine call to supply an argument value (either "
                      "positionally at index {} or by name) and retry the query again.",
                      routine, parameter, i),
          {{"routineName", routine}, {"parameterName", parameter}, {"index", std::to_string(i)}}, origin);
    }
    placed[i] = plan::Make(*parameters[i].otherwise, origin);
  }
  plan::FunctionCall answer = call;
  answer.arguments = std::move(placed);
  return answer;
}

}  // namespace headrace::analysis

#include "analysis/star_except.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "analysis/error_context.h"
#include "analysis/names.h"

namespace headrace::analysis {

using plan::NameParts;

namespace {

/// The end of a qualifier is what a name begins with.
bool IsQualifiedBy(const NameParts& qualifier, const NameParts& name, size_t count) {
  if (qualifier.size() < count) return false;
  return std::equal(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(count),
                    qualifier.end() - static_cast<std::ptrdiff_t>(count),
                    [](const std::string& a, const std::string& b) { return EqualNames(a, b); });
}

bool IsPrefix(const NameParts& prefix, const NameParts& of) {
  return prefix.size() <= of.size() && std::equal(prefix.begin(), prefix.end(), of.begin(),
                                                  [](const std::string& a, const std::string& b) { return EqualNames(a, b); });
}

[[noreturn]] void ThrowOverlap(const std::vector<NameParts>& except, const plan::Origin& origin) {
  std::string list;
  for (const auto& name : except) list += fmt::format("{}{}", list.empty() ? "" : ", ", fmt::join(name, "."));
  throw AnalysisError("EXCEPT_OVERLAPPING_COLUMNS",
                      fmt::format("Columns in an EXCEPT list must be distinct and non-overlapping, but got ({}).", list),
                      {{"columns", list}}, origin);
}

}  // namespace

std::vector<StarLoss> LossesOf(const std::vector<NameParts>& except, const std::vector<StarColumn>& columns,
                               const plan::Origin& origin, const std::function<void(const NameParts&)>& unresolved) {
  std::vector<StarLoss> losses(columns.size());
  for (const auto& name : except) {
    bool found = false;
    // A qualifier is looked for before a struct's name.
    for (size_t at = name.size(); at-- > 0 && !found;) {
      for (size_t i = 0; i < columns.size(); ++i) {
        if (!EqualNames(columns[i].name, name[at]) || !IsQualifiedBy(columns[i].qualifier, name, at)) continue;
        found = true;
        NameParts rest(name.begin() + static_cast<std::ptrdiff_t>(at) + 1, name.end());
        auto overlaps = [&](const NameParts& other) { return IsPrefix(rest, other) || IsPrefix(other, rest); };
        if (losses[i].whole || std::any_of(losses[i].fields.begin(), losses[i].fields.end(), overlaps))
          ThrowOverlap(except, origin);
        if (rest.empty())
          losses[i].whole = true;
        else
          losses[i].fields.push_back(std::move(rest));
      }
    }
    if (!found) unresolved(name);
  }
  return losses;
}

TypedPtr WithoutFields(const TypedPtr& value, const std::vector<NameParts>& fields, const plan::Origin& origin,
                       const std::function<TypedPtr(const TypedPtr& value, const TypedPtr& made)>& or_null) {
  bool is_struct = value->type.id() == plan::TypeId::kStruct;
  std::string names;
  if (is_struct) {
    for (const auto& field : value->type.fields()) names += (names.empty() ? "" : ", ") + plan::QuotedName(field.name);
  }
  for (const auto& path : fields) {
    bool known = is_struct && std::any_of(value->type.fields().begin(), value->type.fields().end(),
                                          [&](const auto& field) { return EqualNames(field.name, path[0]); });
    if (known) continue;
    throw AnalysisError("FIELD_NOT_FOUND", fmt::format("No such struct field {} in {}.", plan::QuotedName(path[0]), names),
                        {{"fieldName", plan::QuotedName(path[0])}, {"fields", names}}, origin);
  }
  TypedStruct made;
  std::vector<plan::StructField> left;
  for (size_t i = 0; i < value->type.fields().size(); ++i) {
    const auto& field = value->type.fields()[i];
    bool whole = false;
    std::vector<NameParts> below;
    for (const auto& path : fields) {
      if (!EqualNames(field.name, path[0])) continue;
      whole = whole || path.size() == 1;
      below.emplace_back(path.begin() + 1, path.end());
    }
    if (whole) continue;
    TypedPtr part = MakeTyped(TypedFieldAccess{value, i}, field.type, value->nullable || field.nullable);
    if (!below.empty()) part = WithoutFields(part, below, origin, or_null);
    // In a struct that is not null the field is what it was.
    left.push_back({field.name, part->type, field.nullable, field.metadata});
    made.fields.push_back(std::move(part));
  }
  if (left.empty()) ThrowUnsupported("a struct without fields, which EXCEPT leaves");
  plan::DataType type = plan::DataType::Struct(std::move(left));
  TypedPtr structure = MakeTyped(std::move(made), type, false);
  return value->nullable ? or_null(value, structure) : structure;
}

}  // namespace headrace::analysis

#include "delta/predicate.h"

#include <algorithm>

#include "delta/schema.h"

namespace headrace::delta {

Predicate Predicate::True() { return Predicate({.kind = Kind::kTrue, .op = {}, .column = {}, .literals = {}, .children = {}}); }
Predicate Predicate::False() { return Predicate({.kind = Kind::kFalse, .op = {}, .column = {}, .literals = {}, .children = {}}); }
Predicate Predicate::Unknown() {
  return Predicate({.kind = Kind::kUnknown, .op = {}, .column = {}, .literals = {}, .children = {}});
}
Predicate Predicate::And(std::vector<Predicate> children) {
  return Predicate({.kind = Kind::kAnd, .op = {}, .column = {}, .literals = {}, .children = std::move(children)});
}
Predicate Predicate::Or(std::vector<Predicate> children) {
  return Predicate({.kind = Kind::kOr, .op = {}, .column = {}, .literals = {}, .children = std::move(children)});
}
Predicate Predicate::Not(Predicate child) {
  return Predicate({.kind = Kind::kNot, .op = {}, .column = {}, .literals = {}, .children = {std::move(child)}});
}
Predicate Predicate::Compare(Op op, Path column, Value literal) {
  return Predicate(
      {.kind = Kind::kCompare, .op = op, .column = std::move(column), .literals = {std::move(literal)}, .children = {}});
}
Predicate Predicate::In(Path column, std::vector<Value> literals) {
  return Predicate({.kind = Kind::kIn, .op = {}, .column = std::move(column), .literals = std::move(literals), .children = {}});
}
Predicate Predicate::IsNull(Path column) {
  return Predicate({.kind = Kind::kIsNull, .op = {}, .column = std::move(column), .literals = {}, .children = {}});
}
Predicate Predicate::StartsWith(Path column, std::string prefix) {
  return Predicate(
      {.kind = Kind::kStartsWith, .op = {}, .column = std::move(column), .literals = {Value(std::move(prefix))}, .children = {}});
}

std::string Predicate::ToString() const {
  auto name = [this] {
    std::string text;
    for (const auto& part : column()) text += (text.empty() ? "" : ".") + part;
    return text;
  };
  auto list = [](const auto& items, const std::string& separator, auto&& format) {
    std::string text;
    for (const auto& item : items) text += (text.empty() ? "" : separator) + format(item);
    return text;
  };
  auto literal = [](const Value& v) { return std::holds_alternative<std::string>(v) ? "'" + ToText(v) + "'" : ToText(v); };
  auto child = [](const Predicate& p) { return p.ToString(); };
  static constexpr const char* kOps[] = {"=", "!=", "<", "<=", ">", ">=", "<=>"};
  switch (kind()) {
    case Kind::kTrue:
      return "true";
    case Kind::kFalse:
      return "false";
    case Kind::kUnknown:
      return "?";
    case Kind::kAnd:
      return "(" + list(children(), " AND ", child) + ")";
    case Kind::kOr:
      return "(" + list(children(), " OR ", child) + ")";
    case Kind::kNot:
      return "(NOT " + children()[0].ToString() + ")";
    case Kind::kCompare:
      return "(" + name() + " " + kOps[static_cast<int>(op())] + " " + literal(literals()[0]) + ")";
    case Kind::kIn:
      return "(" + name() + " IN (" + list(literals(), ", ", literal) + "))";
    case Kind::kIsNull:
      return "(" + name() + " IS NULL)";
    case Kind::kStartsWith:
      return "startswith(" + name() + ", " + literal(literals()[0]) + ")";
  }
  return "?";
}

bool Predicate::OnlyUses(const std::vector<std::string>& columns) const {
  if (kind() == Kind::kUnknown) return false;
  if (!column().empty() && !(column().size() == 1 && std::any_of(columns.begin(), columns.end(), [&](const auto& c) {
                               return EqualsIgnoreCase(c, column()[0]);
                             }))) {
    return false;
  }
  return std::all_of(children().begin(), children().end(), [&](const auto& c) { return c.OnlyUses(columns); });
}

}  // namespace headrace::delta

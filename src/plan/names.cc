#include "plan/names.h"

namespace headrace::plan {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

}  // namespace

std::string QuotedName(const std::string& name) {
  std::string quoted = "`";
  for (char c : name) {
    quoted += c;
    if (c == '`') quoted += c;
  }
  return quoted + "`";
}

std::string QuotedName(const NameParts& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ".") + QuotedName(part);
  return text;
}

std::string QuotedIfNeeded(const std::string& name) {
  bool plain = !name.empty() && !IsDigit(name[0]);
  for (char c : name) plain = plain && (IsLetter(c) || IsDigit(c));
  return plain ? name : QuotedName(name);
}

}  // namespace headrace::plan

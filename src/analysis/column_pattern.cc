#include "analysis/column_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace headrace::analysis {

std::optional<ColumnPattern> ColumnPattern::Compile(const std::string& pattern) {
  int failure = 0;
  PCRE2_SIZE at = 0;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                   PCRE2_UTF | PCRE2_CASELESS | PCRE2_ANCHORED | PCRE2_ENDANCHORED, &failure, &at, nullptr);
  if (code == nullptr) return std::nullopt;
  return ColumnPattern(std::shared_ptr<const void>(
      code, [](const void* made) { pcre2_code_free(static_cast<pcre2_code*>(const_cast<void*>(made))); }));
}

bool ColumnPattern::Matches(const std::string& name) const {
  const auto* code = static_cast<const pcre2_code*>(code_.get());
  pcre2_match_data* data = pcre2_match_data_create_from_pattern(code, nullptr);
  int found = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(name.data()), name.size(), 0, 0, data, nullptr);
  pcre2_match_data_free(data);
  return found >= 0;
}

}  // namespace headrace::analysis

#include "engine/files/json_options.h"

namespace headrace::engine {

JsonOptions::JsonOptions(const plan::Options& given, const std::string& session_zone, const std::string& corrupt)
    : mode(ParseModeOf(OptionMap(given))), times(OptionMap(given), session_zone) {
  OptionMap options(given);
  syntax.single_quotes = options.Bool("allowSingleQuotes", true);
  syntax.comments = options.Bool("allowComments", false);
  syntax.unquoted_names = options.Bool("allowUnquotedFieldNames", false);
  syntax.leading_zeros = options.Bool("allowNumericLeadingZeros", false);
  syntax.non_numeric_numbers = options.Bool("allowNonNumericNumbers", true);
  syntax.any_escape = options.Bool("allowBackslashEscapingAnyCharacter", false);
  syntax.control_characters = options.Bool("allowUnquotedControlChars", false);
  corrupt_column = options.Text("columnNameOfCorruptRecord", corrupt);
  primitives_as_string = options.Bool("primitivesAsString", false);
  prefers_decimal = options.Bool("prefersDecimal", false);
  infer_timestamp = options.Bool("inferTimestamp", false);
  drop_field_if_all_null = options.Bool("dropFieldIfAllNull", false);
}

}  // namespace headrace::engine

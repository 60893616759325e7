#include "engine/files/json_options.h"

#include <cctype>

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
  for (const char* name : {"singleVariantColumn", "maxNestingDepth", "maxStringLen", "maxNumLen"}) RefuseOption(options, name);
  CheckParsingFallback(options);
  CheckEncoding(options, "JSONOptions");
  const std::string* separator = options.Find("lineSep");
  if (separator != nullptr && separator->empty()) ThrowRequirement("'lineSep' cannot be an empty string.");
  std::string encoding = options.Text("encoding", options.Text("charset", "UTF-8"));
  for (char& c : encoding) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (!options.Bool("multiLine", false)) {
    if (encoding == "UTF-16" || encoding == "UTF-32") {
      ThrowRequirement("The " + encoding +
                       " encoding must not be included in the denyList when multiLine is disabled:\ndenylist: UTF-16, UTF-32");
    }
    if (encoding != "UTF-8" && separator == nullptr)
      ThrowRequirement("The lineSep option must be specified for the " + encoding + " encoding");
  }
  corrupt_column = options.Text("columnNameOfCorruptRecord", corrupt);
  primitives_as_string = options.Bool("primitivesAsString", false);
  prefers_decimal = options.Bool("prefersDecimal", false);
  infer_timestamp = options.Bool("inferTimestamp", false);
  drop_field_if_all_null = options.Bool("dropFieldIfAllNull", false);
}

}  // namespace headrace::engine

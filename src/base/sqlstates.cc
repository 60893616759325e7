#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.h"

namespace headrace {

namespace {

/// SQLSTATEs of Spark's and Delta's error conditions, by the part before the dot.
const std::unordered_map<std::string_view, std::string_view>& Table() {
  static const std::unordered_map<std::string_view, std::string_view> table = {
      {"AMBIGUOUS_COLUMN_OR_FIELD", "42702"},
      {"AMBIGUOUS_REFERENCE", "42704"},
      {"ARITHMETIC_OVERFLOW", "22003"},
      {"ASSIGNMENT_ARITY_MISMATCH", "42802"},
      {"BINARY_ARITHMETIC_OVERFLOW", "22003"},
      {"CANNOT_PARSE_DECIMAL", "22018"},
      {"CANNOT_PARSE_TIMESTAMP", "22007"},
      {"CAST_INVALID_INPUT", "22018"},
      {"CAST_OVERFLOW", "22003"},
      {"CAST_OVERFLOW_IN_TABLE_INSERT", "22003"},
      {"CATALOG_ALREADY_EXISTS", "42P06"},
      {"CATALOG_NOT_FOUND", "42P08"},
      {"COLUMN_ALREADY_EXISTS", "42711"},
      {"COLUMN_NOT_FOUND", "42703"},
      {"CREATE_VIEW_WITH_IF_NOT_EXISTS_AND_REPLACE", "42601"},
      {"DATATYPE_MISMATCH", "42K09"},
      {"DATATYPE_MISSING_SIZE", "42K01"},
      {"DATETIME_OVERFLOW", "22008"},
      {"DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003"},
      {"DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "23502"},
      {"DELTA_REPLACE_WHERE_MISMATCH", "44000"},
      {"DELTA_VIOLATE_CONSTRAINT_WITH_VALUES", "23001"},
      {"DIVIDE_BY_ZERO", "22012"},
      {"DUPLICATED_CTE_NAMES", "42602"},
      {"DUPLICATE_CLAUSES", "42614"},
      {"EXCEED_LIMIT_LENGTH", "54006"},
      {"EXPECT_TABLE_NOT_VIEW", "42809"},
      {"EXPECT_VIEW_NOT_TABLE", "42809"},
      {"FAILED_READ_FILE", "KD001"},
      {"FAILED_TO_PARSE_TOO_COMPLEX", "54001"},
      {"FIELD_NOT_FOUND", "42704"},
      {"GROUP_BY_POS_OUT_OF_RANGE", "42805"},
      {"IDENTIFIER_TOO_MANY_NAME_PARTS", "42601"},
      {"INCOMPATIBLE_COLUMN_TYPE", "42825"},
      {"INCOMPLETE_TYPE_DEFINITION", "42K01"},
      {"INTERVAL_ARITHMETIC_OVERFLOW", "22015"},
      {"INTERVAL_DIVIDED_BY_ZERO", "22012"},
      {"INVALID_ARRAY_INDEX", "22003"},
      {"INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "22003"},
      {"INVALID_ESCAPE_CHAR", "42604"},
      {"INVALID_FRACTION_OF_SECOND", "22023"},
      {"INVALID_IDENTIFIER", "42602"},
      {"INVALID_INDEX_OF_ZERO", "22003"},
      {"INVALID_INTERVAL_FORMAT", "22006"},
      {"INVALID_NUMERIC_LITERAL_RANGE", "22003"},
      {"INVALID_PARAMETER_VALUE", "22023"},
      {"INVALID_SET_SYNTAX", "42000"},
      {"INVALID_SQL_SYNTAX", "42000"},
      {"INVALID_TEMP_OBJ_REFERENCE", "42K0F"},
      {"INVALID_TYPED_LITERAL", "42604"},
      {"MALFORMED_RECORD_IN_PARSING", "22023"},
      {"MERGE_WITHOUT_WHEN", "42601"},
      {"MISSING_AGGREGATION", "42803"},
      {"MISSING_GROUP_BY", "42803"},
      {"MISSING_WINDOW_SPECIFICATION", "42P20"},
      {"MULTIPLE_QUERY_RESULT_CLAUSES_WITH_PIPE_OPERATORS", "42000"},
      {"NEGATIVE_SCALE_DISALLOWED", "0A000"},
      {"NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION", "42613"},
      {"NOT_A_CONSTANT_STRING", "42601"},
      {"NUMERIC_VALUE_OUT_OF_RANGE", "22003"},
      {"NUM_COLUMNS_MISMATCH", "42826"},
      {"PARSE_EMPTY_STATEMENT", "42617"},
      {"PARSE_MODE_UNSUPPORTED", "42601"},
      {"PARSE_SYNTAX_ERROR", "42601"},
      {"REMAINDER_BY_ZERO", "22012"},
      {"SCALAR_SUBQUERY_TOO_MANY_ROWS", "21000"},
      {"SCHEMA_ALREADY_EXISTS", "42P06"},
      {"SCHEMA_NOT_EMPTY", "2BP01"},
      {"SCHEMA_NOT_FOUND", "42704"},
      {"TABLE_OR_VIEW_ALREADY_EXISTS", "42P07"},
      {"TABLE_OR_VIEW_NOT_FOUND", "42P01"},
      {"TASK_WRITE_FAILED", "58030"},
      {"TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", "42P07"},
      {"TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", "428EK"},
      {"UNBOUND_SQL_PARAMETER", "42P02"},
      {"UNCLOSED_BRACKETED_COMMENT", "42601"},
      {"UNRESOLVED_COLUMN", "42703"},
      {"UNRESOLVED_ROUTINE", "42883"},
      {"UNSUPPORTED_DATATYPE", "0A000"},
      {"UNSUPPORTED_FEATURE", "0A000"},
      {"UNSUPPORTED_TYPED_LITERAL", "0A000"},
      {"VIEW_NOT_FOUND", "42P01"},
      {"WRONG_NUM_ARGS", "42605"},
  };
  return table;
}

}  // namespace

std::string SqlStateOf(const std::string& condition) {
  std::string_view name = condition;
  name = name.substr(0, name.find('.'));
  auto found = Table().find(name);
  return found == Table().end() ? std::string() : std::string(found->second);
}

}  // namespace headrace

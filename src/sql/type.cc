#include <fmt/format.h>

#include "base/error.h"
#include "sql/parser_internal.h"

namespace headrace::sql {

using plan::DataType;
using plan::TypeId;

namespace {

struct NamedType {
  std::string_view name;
  TypeId id;
};

const NamedType kTypes[] = {{"BOOLEAN", TypeId::kBoolean},
                            {"TINYINT", TypeId::kByte},
                            {"BYTE", TypeId::kByte},
                            {"SMALLINT", TypeId::kShort},
                            {"SHORT", TypeId::kShort},
                            {"INT", TypeId::kInteger},
                            {"INTEGER", TypeId::kInteger},
                            {"BIGINT", TypeId::kLong},
                            {"LONG", TypeId::kLong},
                            {"FLOAT", TypeId::kFloat},
                            {"REAL", TypeId::kFloat},
                            {"DOUBLE", TypeId::kDouble},
                            {"DATE", TypeId::kDate},
                            {"TIMESTAMP_NTZ", TypeId::kTimestampNtz},
                            {"TIMESTAMP_LTZ", TypeId::kTimestamp},
                            {"BINARY", TypeId::kBinary},
                            {"VOID", TypeId::kNull},
                            {"VARIANT", TypeId::kVariant}};

const std::string_view kDayTimeUnits[] = {"DAY", "HOUR", "MINUTE", "SECOND"};
const std::string_view kYearMonthUnits[] = {"YEAR", "MONTH"};

template <size_t N>
int IndexOf(const std::string_view (&table)[N], std::string_view word) {
  for (size_t i = 0; i < N; ++i) {
    if (table[i] == word) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

DataType Parser::Type() {
  Depth depth(this);
  size_t first = at_;
  auto incomplete = [&](const char* kind, const char* message) {
    return At(first, std::string("INCOMPLETE_TYPE_DEFINITION.") + kind, std::string("Incomplete complex type:\n") + message,
              {{"elementType", "<INT>"}});
  };
  if (AcceptWord("ARRAY")) {
    if (!AcceptSymbol("<"))
      throw incomplete("ARRAY",
                       "The definition of \"ARRAY\" type is incomplete. You must provide an element type. For example: "
                       "\"ARRAY<elementType>\".");
    DataType element = Type();
    ExpectClosingAngle();
    return DataType::Array(std::move(element));
  }
  if (AcceptWord("MAP")) {
    if (!AcceptSymbol("<"))
      throw incomplete("MAP",
                       "The definition of \"MAP\" type is incomplete. You must provide a key type and a value type. For example: "
                       "\"MAP<TIMESTAMP, INT>\".");
    DataType key = Type();
    ExpectSymbol(",");
    DataType value = Type();
    ExpectClosingAngle();
    return DataType::Map(std::move(key), std::move(value));
  }
  if (AcceptWord("STRUCT")) {
    if (AcceptSymbol("<>")) return DataType::Struct({});
    if (!AcceptSymbol("<"))
      throw incomplete("STRUCT",
                       "The definition of \"STRUCT\" type is incomplete. You must provide at least one field type. For example: "
                       "\"STRUCT<name STRING, phone DECIMAL(10, 0)>\".");
    std::vector<plan::StructField> fields;
    if (!AtSymbol(">") && !AtSymbol(">>") && !AtSymbol(">>>")) {
      do {
        fields.push_back(Column(true));
      } while (AcceptSymbol(","));
    }
    ExpectClosingAngle();
    return DataType::Struct(std::move(fields));
  }
  if (AcceptWord("STRING")) {
    if (AcceptWord("COLLATE")) return DataType::String(UpperText(MultipartIdentifier().back()));
    return DataType::String();
  }
  if (AtAnyWord({"CHAR", "CHARACTER", "VARCHAR"})) {
    std::string name(Next().upper);
    if (!AcceptSymbol("(")) {
      if (name == "CHARACTER") name = "CHARACTER";
      throw At(first, "DATATYPE_MISSING_SIZE",
               fmt::format("DataType \"{}\" requires a length parameter, for example \"{}\"(10). Please specify the length.",
                           name, name),
               {{"type", "\"" + name + "\""}});
    }
    auto length = static_cast<int>(IntegerValue());
    ExpectSymbol(")");
    return name == "VARCHAR" ? DataType::Varchar(length) : DataType::Char(length);
  }
  if (AcceptAnyWord({"DECIMAL", "DEC", "NUMERIC"})) {
    int64_t precision = 10;
    int64_t scale = 0;
    if (AcceptSymbol("(")) {
      precision = IntegerValue();
      if (AcceptSymbol(",")) scale = IntegerValue();
      ExpectSymbol(")");
    }
    if (precision > 38) {
      throw Error(ErrorKind::kArithmetic, "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                  fmt::format("Decimal precision {} exceeds max precision 38.", precision),
                  {{"precision", std::to_string(precision)}, {"maxPrecision", "38"}});
    }
    if (scale > precision) {
      throw Error(ErrorKind::kParse, "_LEGACY_ERROR_TEMP_1228",
                  fmt::format("Decimal scale ({}) cannot be greater than precision ({}).", scale, precision),
                  {{"scale", std::to_string(scale)}, {"precision", std::to_string(precision)}});
    }
    return DataType::Decimal(static_cast<int>(precision), static_cast<int>(scale));
  }
  if (AcceptWord("INTERVAL")) {
    int day = IndexOf(kDayTimeUnits, Peek().upper);
    int year = IndexOf(kYearMonthUnits, Peek().upper);
    if (Peek().kind != Token::Kind::kWord || (day < 0 && year < 0)) return TypeId::kCalendarInterval;
    Next();
    int end = day >= 0 ? day : year;
    if (AcceptWord("TO")) {
      end = day >= 0 ? IndexOf(kDayTimeUnits, Peek().upper) : IndexOf(kYearMonthUnits, Peek().upper);
      if (end <= (day >= 0 ? day : year)) Fail();
      Next();
    }
    if (day >= 0) return DataType::DayTimeInterval(static_cast<plan::DayTimeField>(day), static_cast<plan::DayTimeField>(end));
    return DataType::YearMonthInterval(static_cast<plan::YearMonthField>(year), static_cast<plan::YearMonthField>(end));
  }
  if (AcceptWord("TIMESTAMP")) {
    if (AcceptWords({"WITH", "LOCAL", "TIME", "ZONE"})) return TypeId::kTimestamp;
    if (AcceptWords({"WITHOUT", "TIME", "ZONE"})) return TypeId::kTimestampNtz;
    return options_.timestamp_is_ntz ? TypeId::kTimestampNtz : TypeId::kTimestamp;
  }
  if (AcceptWord("TIME")) {
    int64_t precision = 6;
    if (AcceptSymbol("(")) {
      precision = IntegerValue();
      ExpectSymbol(")");
    }
    AcceptWords({"WITHOUT", "TIME", "ZONE"});
    return DataType::Time(static_cast<int>(precision));
  }
  if (Peek().kind == Token::Kind::kWord) {
    for (const auto& type : kTypes) {
      if (AcceptWord(type.name)) return type.id;
    }
  }
  std::string name = UpperText(Identifier());
  if (AcceptSymbol("(")) {
    do {
      IntegerValue();
    } while (AcceptSymbol(","));
    ExpectSymbol(")");
  }
  throw At(first, "UNSUPPORTED_DATATYPE", fmt::format("Unsupported data type \"{}\".", name), {{"typeName", "\"" + name + "\""}});
}

plan::StructField Parser::Column(bool in_struct) {
  plan::StructField field;
  field.name = CapturingIdentifier();
  if (in_struct) AcceptSymbol(":");
  field.type = Type();
  if ((AtWord("NOT") || AtSymbol("!")) && AtWord("NULL", 1)) {
    Next();
    Next();
    field.nullable = false;
  }
  if (AcceptWord("COMMENT")) field.metadata["comment"] = StringText();
  return field;
}

plan::Schema Parser::Columns() {
  plan::Schema columns;
  do {
    columns.push_back(Column(true));
  } while (AcceptSymbol(","));
  return columns;
}

}  // namespace headrace::sql

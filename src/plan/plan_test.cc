#include <gtest/gtest.h>

#include "base/error.h"
#include "plan/command.h"
#include "plan/names.h"

namespace headrace::plan {
namespace {

TEST(DataTypeTest, NamesFollowSpark) {
  DataType type = DataType::Struct({{"a", TypeId::kInteger, false, {}}, {"b c", DataType::Array(DataType::String()), true, {}}});
  EXPECT_EQ(type.SimpleString(), "struct<a:int,b c:array<string>>");
  EXPECT_EQ(type.Sql(), "STRUCT<a: INT NOT NULL, `b c`: ARRAY<STRING>>");
  EXPECT_EQ(DataType::Decimal(12, 2).Sql(), "DECIMAL(12,2)");
  EXPECT_EQ(DataType::DayTimeInterval().SimpleString(), "interval day to second");
}

TEST(DataTypeTest, JsonRoundTrip) {
  DataType type = DataType::Struct({{"m", DataType::Map(DataType::String(), DataType::Decimal(38, 18)), true, {}},
                                    {"i", DataType::YearMonthInterval(), true, {}},
                                    {"c", DataType::Char(3), false, {}}});
  EXPECT_EQ(DataType::FromJsonText(json::serialize(type.ToJson())), type);
  EXPECT_THROW(DataType::FromJsonText("\"nonsense\""), Error);
}

TEST(DataTypeTest, SameTypeIgnoresNullability) {
  EXPECT_TRUE(DataType::Array(TypeId::kLong, true).SameType(DataType::Array(TypeId::kLong, false)));
  EXPECT_FALSE(DataType::Array(TypeId::kLong, true) == DataType::Array(TypeId::kLong, false));
}

TEST(NamesTest, BackquotesAreDoubled) {
  EXPECT_EQ(QuotedName("a`b"), "`a``b`");
  EXPECT_EQ(QuotedName(NameParts{"a", "b c"}), "`a`.`b c`");
  EXPECT_EQ(QuotedIfNeeded("_a1"), "_a1");
  EXPECT_EQ(QuotedIfNeeded("1a"), "`1a`");
  EXPECT_EQ(QuotedIfNeeded(""), "``");
}

TEST(ValueTest, DecimalText) {
  EXPECT_EQ(DecimalText(12345, 2), "123.45");
  EXPECT_EQ(DecimalText(-5, 3), "-0.005");
  EXPECT_EQ(DecimalText(0, 0), "0");
}

}  // namespace
}  // namespace headrace::plan

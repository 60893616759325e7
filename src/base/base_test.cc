#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/json.h"

namespace headrace {
namespace {

TEST(ErrorTest, SparkMessageHasConditionAndState) {
  Error error(ErrorKind::kArithmetic, "DIVIDE_BY_ZERO", "Division by zero.");
  EXPECT_EQ(error.sqlstate(), "22012");
  EXPECT_STREQ(error.what(), "[DIVIDE_BY_ZERO] Division by zero. SQLSTATE: 22012");
}

TEST(ErrorTest, SubclassHasTheStateOfItsCondition) {
  EXPECT_EQ(SqlStateOf("UNRESOLVED_COLUMN.WITH_SUGGESTION"), "42703");
  EXPECT_EQ(SqlStateOf("NO_SUCH_CONDITION"), "");
}

TEST(IdsTest, UuidHasVersionAndVariant) {
  std::string id = NewUuid();
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id[14], '4');
  EXPECT_THAT(std::string("89ab"), testing::HasSubstr(id.substr(19, 1)));
  EXPECT_NE(NewHexId(), NewHexId());
}

TEST(JsonTest, BrokenTextNamesThePlace) {
  EXPECT_EQ(ParseJson("{\"a\": 1}").at("a").as_int64(), 1);
  EXPECT_THROW(ParseJson("{\"a\": 1"), Error);
  EXPECT_THROW(ParseJson("{} x"), Error);
}

}  // namespace
}  // namespace headrace

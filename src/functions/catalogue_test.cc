#include "functions/catalogue.h"

#include <gmock/gmock.h>

#include <set>

#include "functions/function.h"
#include "functions/usages_internal.h"

namespace headrace::functions {
namespace {

TEST(Catalogue, SaysHowAFunctionIsCalled) {
  EXPECT_EQ(UsageOf("UPPER").substr(0, 13), "upper(str) - ");
  EXPECT_EQ(UsageOf("ucase").substr(0, 13), "ucase(str) - ");
  EXPECT_EQ(UsageOf("+").substr(0, 16), "expr1 + expr2 - ");
  EXPECT_EQ(UsageOf("tuple_union_theta_double").substr(0, 24), "tuple_union_theta_double");
  EXPECT_EQ(UsageOf("kll_sketch_agg_"), "");
  EXPECT_EQ(UsageOf("no_such_function"), "");
}

TEST(Catalogue, HasTheFunctionsOfTheTable) {
  // What only plans call that the server makes itself.
  const std::set<std::string> hidden = {
      "bitwisenot", "charindex",     "create_map",     "todegrees", "decode_charset", "distributed_sequence_id",
      "freq_items", "getarrayitem",  "getmapvalue",    "isfalse",   "istrue",         "mode_largest",
      "product",    "timestamp_add", "timestamp_diff", "toradians", "timestampadd",   "timestampdiff"};
  auto names = CatalogueNames();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  for (const auto& name : FunctionTable::Builtin().Names()) {
    EXPECT_EQ(UsageOf(name).empty(), hidden.contains(name)) << name;
  }
  EXPECT_THAT(names, ::testing::IsSupersetOf({"!", "struct", "current_date", "hll_union", "kll_merge_agg_float"}));
}

TEST(Catalogue, TellsOfNothingThatIsMissing) {
  for (const auto& usage : Usages()) EXPECT_FALSE(IsMissing(usage.name)) << usage.name;
}

}  // namespace
}  // namespace headrace::functions

#include "serving/lightgbm_forest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace headrace::serving {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Three features. The first is split at 0.5 and at 1.5 (NaN is missing and goes right, then left), the second at -2 (NaN counts
// as 0), the third at 3 (zeros are missing and go left).
std::string Model(const std::string& objective = "regression", const std::string& more = "",
                  const std::string& decisions = "8 0 10 6") {
  return "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=2\nobjective=" + objective +
         "\n" + more +
         "\nTree=0\nnum_leaves=5\nnum_cat=0\nsplit_feature=0 1 0 2\nsplit_gain=9 8 7 6\nthreshold=0.5 -2 1.5 3\ndecision_type=" +
         decisions +
         "\nleft_child=1 -1 3 -3\nright_child=2 -2 -4 -5\nleaf_value=1 2 4 8 16\nleaf_weight=1 1 1 1 "
         "1\nis_linear=0\nshrinkage=1\n\n"
         "Tree=1\nnum_leaves=1\nnum_cat=0\nsplit_feature=\nthreshold=\ndecision_type=\nleft_child=\nright_child=\nleaf_value=0."
         "125\n"
         "\nend of trees\n\nparameters:\n[num_leaves: x]\n";
}

std::vector<double> Predict(const LightgbmForest& forest, const std::vector<double>& rows) {
  std::vector<double> out(rows.size() / 3);
  EXPECT_TRUE(forest.Predict(rows.data(), out.size(), out.data()));
  return out;
}

TEST(LightgbmForestTest, NotAboveGoesLeftAndMissingValuesTheirOwnWay) {
  const auto forest = LightgbmForest::Read(Model());
  ASSERT_TRUE(forest);
  const double above = std::nextafter(0.5, 1.0);
  EXPECT_EQ(Predict(*forest, {0.5, -2, 9, 0, -1.9, 9, -1, kNaN, 9}), (std::vector<double>{1.125, 2.125, 2.125}));
  EXPECT_EQ(Predict(*forest, {above, 0, 3, 1.5, 0, 3.1, 1.6, 0, 3}), (std::vector<double>{4.125, 16.125, 8.125}));
  EXPECT_EQ(Predict(*forest, {kNaN, 0, 5, kNaN, 0, kNaN, 1, 0, 1e-36}), (std::vector<double>{16.125, 4.125, 4.125}));
  const std::vector<double> infinite = {kInfinity, 0, 0};
  double out;
  EXPECT_FALSE(forest->Predict(infinite.data(), 1, &out));
}

TEST(LightgbmForestTest, AnyNumberOfRowsGivesTheBitsOfOneRow) {
  const auto forest = LightgbmForest::Read(Model("binary sigmoid:1.5"));
  ASSERT_TRUE(forest);
  const std::vector<double> rows = forest->ProbeRows(200);
  std::vector<double> alone(200), together(200);
  for (size_t i = 0; i < 200; ++i) ASSERT_TRUE(forest->Predict(rows.data() + 3 * i, 1, &alone[i]));
  EXPECT_EQ(Predict(*forest, {0, -3, 0})[0], 1.0 / (1.0 + std::exp(-1.5 * 1.125)));
  for (size_t count = 1; count <= 200; ++count) {
    ASSERT_TRUE(forest->Predict(rows.data(), count, together.data()));
    ASSERT_TRUE(std::equal(together.begin(), together.begin() + count, alone.begin())) << count << " rows";
  }
}

TEST(LightgbmForestTest, OtherModelsAreLeftToTheLibrary) {
  EXPECT_FALSE(LightgbmForest::Read(Model("poisson")));
  EXPECT_FALSE(LightgbmForest::Read(Model("regression sqrt")));
  EXPECT_FALSE(LightgbmForest::Read(Model("regression", "average_output")));
  EXPECT_FALSE(LightgbmForest::Read(Model("multiclass num_class:3", "num_tree_per_iteration=3")));
  EXPECT_FALSE(LightgbmForest::Read(Model("regression", "", "8 1 10 6")));  // Categories.
  EXPECT_FALSE(LightgbmForest::Read(Model("regression", "", "8 0 6 6")));  // Two kinds of missing values in a feature.
  EXPECT_FALSE(LightgbmForest::Read(Model("regression", "", "8 0 10")));
  EXPECT_FALSE(LightgbmForest::Read("tree\n"));
}

}  // namespace
}  // namespace headrace::serving

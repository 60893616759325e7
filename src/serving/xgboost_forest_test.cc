#include "serving/xgboost_forest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace headrace::serving {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// Two features; the tree splits the first at 1, its left side the second at -2, where missing values go right.
constexpr const char* kTree = R"({
  "left_children": [1, 3, -1, -1, -1], "right_children": [2, 4, -1, -1, -1], "split_indices": [0, 1, 0, 0, 0],
  "split_conditions": [1.0, -2.0, 0.5, 0.25, 0.125], "default_left": [1, 0, 0, 0, 0], "split_type": [0, 0, 0, 0, 0],
  "tree_param": {"size_leaf_vector": "1"}})";

// A tree that is 9 deep and not full: of every two siblings the right one ends early, below the third level.
std::string DeepTree() {
  std::string lefts, rights, features, conditions, missing, types;
  struct Open {
    int depth;
    bool right;
  };
  std::vector<Open> nodes = {{0, false}};
  for (size_t i = 0; i < nodes.size(); ++i) {
    const auto [depth, right] = nodes[i];
    const bool leaf = depth == 9 || (right && depth > 3);
    const int number = static_cast<int>(i);
    const std::string comma = i ? "," : "";
    lefts += comma + std::to_string(leaf ? -1 : static_cast<int>(nodes.size()));
    rights += comma + std::to_string(leaf ? -1 : static_cast<int>(nodes.size()) + 1);
    features += comma + std::to_string(leaf ? 0 : number % 2);
    conditions += comma + std::to_string(leaf ? 1.0 / (number + 3) : 0.1 * (number % 7) - depth * 0.2) + "e0";
    missing += comma + (number % 3 ? "1" : "0");
    types += comma + "0";
    if (!leaf) nodes.insert(nodes.end(), {{depth + 1, false}, {depth + 1, true}});
  }
  return R"({"left_children": [)" + lefts + R"(], "right_children": [)" + rights + R"(], "split_indices": [)" + features +
         R"(], "split_conditions": [)" + conditions + R"(], "default_left": [)" + missing + R"(], "split_type": [)" + types +
         R"(], "tree_param": {"size_leaf_vector": "1"}})";
}

std::string Learner(const std::string& objective, int trees, const std::string& booster = "gbtree",
                    const std::string& tree = kTree) {
  std::string list, rounds = "0";
  for (int i = 0; i < trees; ++i) {
    list += (i ? "," : "") + tree;
    rounds += "," + std::to_string(i + 1);
  }
  return R"({"learner_model_param": {"base_score": "[5E-1]", "num_class": "0"}, "objective": {"name": ")" + objective +
         R"("}, "gradient_booster": {"name": ")" + booster + R"(", "model": {"iteration_indptr": [)" + rounds +
         R"(], "trees": [)" + list + "]}}}";
}

std::vector<float> Predict(const XgboostForest& forest, const std::vector<float>& rows) {
  std::vector<float> out(rows.size() / 2);
  forest.Predict(rows.data(), out.size(), 2, out.data());
  return out;
}

TEST(XgboostForestTest, SmallerGoesLeftAndMissingValuesTheirOwnWay) {
  const auto forest = XgboostForest::Read(ParseJson(Learner("reg:squarederror", 1)), 0);
  ASSERT_TRUE(forest);
  const float below = std::nextafter(1.0f, 0.0f);
  EXPECT_EQ(Predict(*forest, {1, 0, below, -3, below, -2, kNaN, -3, kNaN, kNaN, 9, kNaN}),
            (std::vector<float>{1, 0.75, 0.625, 0.75, 0.625, 1}));
}

TEST(XgboostForestTest, ManyTreesAndManyRowsAreWalkedAlike) {
  const auto forest = XgboostForest::Read(ParseJson(Learner("binary:logistic", 19)), 0);
  ASSERT_TRUE(forest);
  const std::vector<float> rows = forest->ProbeRows(21, 2);
  const std::vector<float> together = Predict(*forest, rows);
  for (size_t i = 0; i < together.size(); ++i) {
    EXPECT_EQ(Predict(*forest, {rows[2 * i], rows[2 * i + 1]})[0], together[i]);
    EXPECT_GT(together[i], 0.5f);
    EXPECT_LT(together[i], 1.0f);
  }
}

TEST(XgboostForestTest, AnyNumberOfRowsGivesTheBitsOfOneRow) {
  for (const std::string& tree : {std::string(kTree), DeepTree()}) {
    const auto forest = XgboostForest::Read(ParseJson(Learner("reg:squarederror", 11, "gbtree", tree)), 0);
    ASSERT_TRUE(forest);
    const std::vector<float> rows = forest->ProbeRows(300, 2);
    std::vector<float> alone(300), together(300);
    for (size_t i = 0; i < 300; ++i) forest->Predict(rows.data() + 2 * i, 1, 2, &alone[i]);
    EXPECT_GT(std::set<float>(alone.begin(), alone.end()).size(), 2u);
    for (size_t count = 1; count <= 300; ++count) {
      forest->Predict(rows.data(), count, 2, together.data());
      ASSERT_TRUE(std::equal(together.begin(), together.begin() + count, alone.begin())) << count << " rows";
    }
  }
}

TEST(XgboostForestTest, RoundsAfterTheLastAreNotCounted) {
  const auto forest = XgboostForest::Read(ParseJson(Learner("reg:squarederror", 9)), 2);
  ASSERT_TRUE(forest);
  EXPECT_EQ(Predict(*forest, {5, 0})[0], 1.5f);
}

TEST(XgboostForestTest, OtherModelsAreLeftToTheLibrary) {
  EXPECT_FALSE(XgboostForest::Read(ParseJson(Learner("count:poisson", 1)), 0));
  EXPECT_FALSE(XgboostForest::Read(ParseJson(Learner("reg:squarederror", 1, "dart")), 0));
  EXPECT_FALSE(XgboostForest::Read(ParseJson(Learner("reg:squarederror", 1)), 7));
}

}  // namespace
}  // namespace headrace::serving

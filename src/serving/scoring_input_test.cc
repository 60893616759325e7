#include "serving/scoring_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "serving/endpoint_config.h"
#include "serving/prediction_writer.h"

namespace headrace::serving {
namespace {

using ::testing::HasSubstr;

InputLayout Layout() {
  return InputLayout({{"a", InputType::kDouble}, {"b", InputType::kLong}, {"c", InputType::kFloat, false}}, true, true);
}

std::string MessageOf(const InputLayout& layout, std::string_view body) {
  ScoringInput input;
  try {
    input.Read(layout, body);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidParameter);
    return error.message();
  }
  return "";
}

TEST(JsonReaderTest, ReadsScalarsAndEscapes) {
  JsonReader reader(R"( {"x": [1, -2.5e3, true, null, "a\"\u00e9\ud83d\ude00", {"y": [[]]}], "big": 12345678901234567890} )");
  std::vector<Scalar> values;
  double big = 0;
  reader.Object([&](std::string_view name) {
    if (name == "big") {
      big = reader.Value().real;
      return;
    }
    reader.Array([&] { values.push_back(reader.Value()); });
  });
  reader.ExpectEnd();
  ASSERT_EQ(values.size(), 6u);
  EXPECT_EQ(values[0].integer, 1);
  EXPECT_EQ(values[1].real, -2500);
  EXPECT_EQ(values[2].kind, Scalar::Kind::kBool);
  EXPECT_EQ(values[3].kind, Scalar::Kind::kNull);
  EXPECT_EQ(values[4].text, "a\"\xc3\xa9\xf0\x9f\x98\x80");
  EXPECT_EQ(values[5].kind, Scalar::Kind::kNested);
  EXPECT_EQ(big, 12345678901234567890.0);
}

TEST(JsonReaderTest, BrokenTextIsRefusedWherever) {
  const std::string good = R"({"a": [1, {"b": "c\n"}], "d": -1.5e-3, "e": [true, false, null]})";
  JsonReader(good).Skip();
  for (size_t size = 0; size < good.size(); ++size) {
    JsonReader reader(std::string_view(good).substr(0, size));
    EXPECT_THROW(reader.Skip(), Error) << size;
  }
  EXPECT_THROW(JsonReader(std::string(100000, '[')).Skip(), Error);
}

TEST(ScoringInputTest, AllFormsGiveTheSameMatrix) {
  const InputLayout layout = Layout();
  for (const char* body :
       {R"({"dataframe_records": [{"a": 1.5, "b": 2, "c": 3}, {"c": null, "b": 5, "a": 4}]})",
        R"({"dataframe_split": {"columns": ["b", "z", "a", "c"], "data": [[2, 0, 1.5, 3], [5, 0, 4, null]]}})",
        R"({"dataframe_split": {"data": [[2, 0, 1.5, 3], [5, 0, 4, null]], "index": [0, 1], "columns": ["b", "z", "a", "c"]}})",
        R"({"instances": [{"a": 1.5, "b": 2, "c": 3}, {"c": null, "b": 5, "a": 4}]})",
        R"({"inputs": {"b": [2, 5], "a": [1.5, 4], "c": [3, null]}, "params": {"x": [1]}})"}) {
    ScoringInput input;
    input.Read(layout, body);
    ASSERT_EQ(input.rows(), 2u) << body;
    EXPECT_EQ(input.matrix()[0], 1.5) << body;
    EXPECT_EQ(input.matrix()[1], 2) << body;
    EXPECT_EQ(input.matrix()[2], 3) << body;
    EXPECT_EQ(input.matrix()[3], 4) << body;
    EXPECT_EQ(input.matrix()[4], 5) << body;
    EXPECT_TRUE(std::isnan(input.matrix()[5])) << body;
  }
}

TEST(ScoringInputTest, WhatIsMissingOrOfAnotherTypeIsNamed) {
  const InputLayout layout = Layout();
  EXPECT_THAT(MessageOf(layout, R"({"dataframe_records": [{"a": 1, "q": 1}]})"),
              HasSubstr("missing inputs ['b']. Note that there were extra inputs: ['q']"));
  EXPECT_EQ(MessageOf(layout, R"({"dataframe_records": [{"a": 1, "b": 1}]})"), "");
  EXPECT_THAT(MessageOf(layout, R"({"dataframe_records": [{"a": "x", "b": 1}]})"), HasSubstr("column a to type 'float64'"));
  EXPECT_THAT(MessageOf(layout, R"({"dataframe_records": [{"a": 1, "b": null}]})"), HasSubstr("column b to type 'int64'"));
  EXPECT_THAT(MessageOf(layout, R"({"dataframe_records": [{"a": 1, "b": 1}, {"a": 1}]})"), HasSubstr("column b"));
  EXPECT_THAT(MessageOf(layout, R"({"instances": [[1, 2, 3]]})"), HasSubstr("missing inputs ['a', 'b']"));
  EXPECT_THAT(MessageOf(layout, "[]"), HasSubstr("dictionary"));
}

TEST(ScoringInputTest, KeysAreKeptAsTheyCame) {
  InputLayout layout({{"a", InputType::kDouble}, {"id", InputType::kLong}}, true, true);
  const size_t id = layout.AddKey("id"), name = layout.AddKey("name");
  layout.MarkLookedUp(0);
  ScoringInput input;
  const std::string body = R"({"dataframe_records": [{"id": 9007199254740993, "name": "x\ty"}, {"id": 2, "a": null}]})";
  input.Read(layout, body);
  EXPECT_EQ(input.key(0, id).integer, 9007199254740993);
  EXPECT_EQ(input.key(0, name).text, "x\ty");
  EXPECT_EQ(input.key(1, name).kind, Scalar::Kind::kAbsent);
  EXPECT_FALSE(input.given(0, 0));
  EXPECT_TRUE(input.given(1, 0));
}

class FakeModel : public NativeModel {
 public:
  FakeModel(OutputKind kind, std::vector<std::string> labels) : kind_(kind), labels_(std::move(labels)) {}
  const std::vector<std::string>& feature_names() const override { return labels_; }
  void Predict(const double*, size_t, Predictions*) const override {}
  OutputKind output_kind() const override { return kind_; }
  const std::vector<std::string>& labels() const override { return labels_; }

 private:
  OutputKind kind_;
  std::vector<std::string> labels_;
};

TEST(PredictionWriterTest, WritesNumbersAsPythonDoes) {
  std::string out;
  Predictions predictions;
  predictions.values = {0.5, 1, 1e-7, static_cast<double>(0.1f), std::nan("")};
  WritePredictions(FakeModel(OutputKind::kFloat, {}), predictions, 5, &out);
  EXPECT_EQ(out, R"({"predictions": [0.5, 1.0, 1e-07, 0.10000000149011612, null]})");
  predictions.values = {1, 0};
  WritePredictions(FakeModel(OutputKind::kInt, {}), predictions, 2, &out);
  EXPECT_EQ(out, R"({"predictions": [1, 0]})");
  WritePredictions(FakeModel(OutputKind::kLabel, {"\"low\"", "\"high\""}), predictions, 2, &out);
  EXPECT_EQ(out, R"({"predictions": ["high", "low"]})");
  predictions.values = {1, 2, 3, 4};
  predictions.width = 2;
  predictions.nested = true;
  WritePredictions(FakeModel(OutputKind::kFloat, {}), predictions, 2, &out);
  EXPECT_EQ(out, R"({"predictions": [[1.0, 2.0], [3.0, 4.0]]})");
}

TEST(EndpointConfigTest, TheScheduleIsExactAndSpread) {
  EndpointConfig config;
  for (const int traffic : {90, 7, 3, 0}) {
    ServedEntity entity;
    entity.traffic = traffic;
    config.entities.push_back(entity);
  }
  const auto schedule = TrafficSchedule(config);
  ASSERT_EQ(schedule.size(), 100u);
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(std::count(schedule.begin(), schedule.end(), i), config.entities[i].traffic);
  // No ten requests in a row see more than two of the small ones.
  for (size_t start = 0; start < 90; ++start) {
    EXPECT_GE(std::count(schedule.begin() + start, schedule.begin() + start + 10, 0), 8);
  }
}

}  // namespace
}  // namespace headrace::serving

// XGBoost through its C API (xgboost/c_api.h, version 3): XGBoosterPredictFromDense reads the rows where they lie and
// is safe to call from many threads. Version 3 measures and copies every tree in every call, which costs more than the
// prediction of one row; where our own walk of the trees (xgboost_forest.h) gives the same bits, it answers instead.
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "base/json.h"
#include "serving/native_library.h"
#include "serving/runtime.h"
#include "serving/xgboost_forest.h"

namespace headrace::serving {
namespace {

using Handle = void*;
using Length = uint64_t;

struct Api {
  int (*create)(const Handle*, Length, Handle*);
  int (*free)(Handle);
  int (*load)(Handle, const char*);
  int (*set_param)(Handle, const char*, const char*);
  int (*get_attribute)(Handle, const char*, const char**, int*);
  int (*num_feature)(Handle, Length*);
  int (*feature_info)(Handle, const char*, Length*, const char***);
  int (*config)(Handle, Length*, const char**);
  int (*save)(Handle, const char*, Length*, const char**);
  int (*predict)(Handle, const char*, const char*, Handle, const Length**, Length*, const float**);
  int (*proxy)(Handle*);
  int (*free_matrix)(Handle);
  const char* (*last_error)();

  explicit Api(const NativeLibrary& library)
      : create(library.Symbol<int(const Handle*, Length, Handle*)>("XGBoosterCreate")),
        free(library.Symbol<int(Handle)>("XGBoosterFree")),
        load(library.Symbol<int(Handle, const char*)>("XGBoosterLoadModel")),
        set_param(library.Symbol<int(Handle, const char*, const char*)>("XGBoosterSetParam")),
        get_attribute(library.Symbol<int(Handle, const char*, const char**, int*)>("XGBoosterGetAttr")),
        num_feature(library.Symbol<int(Handle, Length*)>("XGBoosterGetNumFeature")),
        feature_info(library.Symbol<int(Handle, const char*, Length*, const char***)>("XGBoosterGetStrFeatureInfo")),
        config(library.Symbol<int(Handle, Length*, const char**)>("XGBoosterSaveJsonConfig")),
        save(library.Symbol<int(Handle, const char*, Length*, const char**)>("XGBoosterSaveModelToBuffer")),
        predict(library.Symbol<int(Handle, const char*, const char*, Handle, const Length**, Length*, const float**)>(
            "XGBoosterPredictFromDense")),
        proxy(library.Symbol<int(Handle*)>("XGProxyDMatrixCreate")),
        free_matrix(library.Symbol<int(Handle)>("XGDMatrixFree")),
        last_error(library.Symbol<const char*()>("XGBGetLastError")) {}

  void Check(int code, ErrorKind kind = ErrorKind::kInternal) const {
    if (code == 0) return;
    throw Error(kind, kind == ErrorKind::kInternal ? "INTERNAL_ERROR" : "INVALID_PARAMETER_VALUE",
                std::string("XGBoost: ") + last_error());
  }
};

/// What turns raw scores into the answer of the Python class that was logged.
enum class Answer { kRaw, kBinaryLabel, kMultiLabel };

class XgboostModel : public NativeModel {
 public:
  XgboostModel(const Api& api, Handle booster) : api_(api), booster_(booster) {}
  ~XgboostModel() override { api_.free(booster_); }

  const std::vector<std::string>& feature_names() const override { return names_; }
  OutputKind output_kind() const override { return answer_ == Answer::kRaw ? OutputKind::kFloat : OutputKind::kInt; }

  void Predict(const double* rows, size_t count, Predictions* out) const override {
    if (forest_ && PredictByForest(rows, count, out)) return;
    char matrix[160];
    std::snprintf(matrix, sizeof(matrix), R"({"data":[%llu,true],"shape":[%zu,%zu],"typestr":"<f8","version":3})",
                  static_cast<unsigned long long>(reinterpret_cast<uintptr_t>(rows)), count, names_.size());
    const Length* shape = nullptr;
    Length dimensions = 0;
    const float* scores = nullptr;
    api_.Check(api_.predict(booster_, matrix, config_.c_str(), nullptr, &shape, &dimensions, &scores));
    const size_t width = dimensions < 2 ? 1 : shape[1];
    out->width = answer_ == Answer::kRaw ? width : 1;
    out->nested = answer_ == Answer::kRaw && dimensions > 1;
    out->values.resize(count * out->width);
    switch (answer_) {
      case Answer::kRaw:
        for (size_t i = 0; i < count * width; ++i) out->values[i] = scores[i];
        break;
      case Answer::kBinaryLabel:
        for (size_t i = 0; i < count; ++i) out->values[i] = scores[i] > 0.5f;
        break;
      case Answer::kMultiLabel:
        for (size_t i = 0; i < count; ++i) {
          size_t best = 0;
          for (size_t c = 1; c < width; ++c) {
            if (scores[i * width + c] > scores[i * width + best]) best = c;
          }
          out->values[i] = static_cast<double>(best);
        }
        break;
    }
  }

  /// Reads what the file says; gives the reason when the model needs Python.
  std::string Inspect(const std::string& model_class);

  /// Takes our own walk of the trees into use if it answers like the library, bit for bit.
  void CompileForest();

 private:
  /// False for rows that the forest does not take.
  bool PredictByForest(const double* rows, size_t count, Predictions* out) const {
    thread_local std::vector<float> values, scores;
    const size_t width = names_.size();
    values.resize(count * width);
    bool finite = true;
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(rows[i]);
      finite &= !std::isinf(values[i]);
    }
    if (!finite) return false;
    scores.resize(count);
    forest_->Predict(values.data(), count, width, scores.data());
    out->width = 1;
    out->nested = false;
    out->values.resize(count);
    for (size_t i = 0; i < count; ++i) out->values[i] = answer_ == Answer::kRaw ? scores[i] : scores[i] > 0.5f;
    return true;
  }

  std::vector<std::string> FeatureInfo(const char* field) const {
    Length count = 0;
    const char** values = nullptr;
    api_.Check(api_.feature_info(booster_, field, &count, &values));
    return {values, values + count};
  }

  const Api& api_;
  Handle booster_;
  std::vector<std::string> names_;
  std::string config_;
  int end_round_ = 0;
  Answer answer_ = Answer::kRaw;
  std::optional<XgboostForest> forest_;
};

void XgboostModel::CompileForest() {
  if (answer_ == Answer::kMultiLabel || names_.empty()) return;
  Length length = 0;
  const char* text = nullptr;
  api_.Check(api_.save(booster_, R"({"format":"json"})", &length, &text));
  auto forest = XgboostForest::Read(ParseJson({text, length}).at("learner"), end_round_);
  if (!forest) return;

  constexpr size_t kProbes = 512;
  const size_t width = names_.size();
  const std::vector<float> probes = forest->ProbeRows(kProbes, width);
  char matrix[160];
  std::snprintf(matrix, sizeof(matrix), R"({"data":[%llu,true],"shape":[%zu,%zu],"typestr":"<f4","version":3})",
                static_cast<unsigned long long>(reinterpret_cast<uintptr_t>(probes.data())), kProbes, width);
  const Length* shape = nullptr;
  Length dimensions = 0;
  const float* expected = nullptr;
  api_.Check(api_.predict(booster_, matrix, config_.c_str(), nullptr, &shape, &dimensions, &expected));
  if (dimensions != 1 || shape[0] != kProbes) return;
  // One row alone and rows together are walked differently.
  std::vector<float> together(kProbes), alone(kProbes);
  forest->Predict(probes.data(), kProbes, width, together.data());
  for (size_t i = 0; i < kProbes; ++i) forest->Predict(probes.data() + i * width, 1, width, &alone[i]);
  const bool same = std::memcmp(expected, together.data(), kProbes * sizeof(float)) == 0 &&
                    std::memcmp(expected, alone.data(), kProbes * sizeof(float)) == 0;
  if (same) forest_ = std::move(forest);
}

std::string XgboostModel::Inspect(const std::string& model_class) {
  constexpr std::array<std::string_view, 6> kClasses = {"xgboost.core.Booster",           "xgboost.sklearn.XGBClassifier",
                                                        "xgboost.sklearn.XGBRegressor",   "xgboost.sklearn.XGBRanker",
                                                        "xgboost.sklearn.XGBRFRegressor", "xgboost.sklearn.XGBRFClassifier"};
  bool known = false;
  for (const auto name : kClasses) known |= name == model_class;
  if (!known) return "class " + model_class;

  Length length = 0;
  const char* text = nullptr;
  api_.Check(api_.config(booster_, &length, &text));
  const json::value config = ParseJson({text, length});
  const auto& learner = config.at("learner");
  const std::string booster(learner.at("learner_train_param").at("booster").as_string());
  if (booster == "gblinear") return "booster gblinear";
  const auto& parameters = learner.at("learner_model_param").as_object();
  const auto number = [&](const char* name) {
    const auto* value = parameters.if_contains(name);
    return value ? std::stoi(std::string(value->as_string())) : 0;
  };
  if (number("num_target") > 1) return "several targets";
  for (const auto& type : FeatureInfo("feature_type")) {
    if (type == "c") return "categorical features";
  }
  names_ = FeatureInfo("feature_name");
  if (names_.empty()) {
    Length count = 0;
    api_.Check(api_.num_feature(booster_, &count));
    names_.resize(count);
  }
  const bool scikit = model_class != "xgboost.core.Booster";
  if (model_class.ends_with("Classifier")) answer_ = number("num_class") > 2 ? Answer::kMultiLabel : Answer::kBinaryLabel;

  // The scikit-learn classes stop at the best iteration of early stopping; a Booster does not.
  const char* best = nullptr;
  int found = 0;
  api_.Check(api_.get_attribute(booster_, "best_iteration", &best, &found));
  if (scikit && found) end_round_ = std::stoi(best) + 1;
  // strict_shape false gives (n) for one score a row and (n, classes) otherwise, as Python's predict does.
  config_ = R"({"type":0,"training":false,"iteration_begin":0,"iteration_end":)" + std::to_string(end_round_) +
            R"(,"missing":NaN,"strict_shape":false,"cache_id":0})";
  return "";
}

}  // namespace

NativeLoad LoadXgboost(const std::string& library, const std::string& model_file, const std::string& model_class) {
  const Api& api = ApiOf<Api>(library);
  Handle booster = nullptr;
  api.Check(api.create(nullptr, 0, &booster));
  auto model = std::make_unique<XgboostModel>(api, booster);
  api.Check(api.load(booster, model_file.c_str()), ErrorKind::kInvalidParameter);
  // One thread a request: requests run beside each other, and waking a team of threads costs more than 300 trees.
  api.Check(api.set_param(booster, "nthread", "1"));
  std::string reason = model->Inspect(model_class);
  if (!reason.empty()) return {nullptr, "XGBoost model with " + reason};
  model->CompileForest();
  return {std::move(model), ""};
}

}  // namespace headrace::serving

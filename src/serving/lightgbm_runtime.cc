// LightGBM through its C API (LightGBM/c_api.h, version 4): one row goes through a prepared "single row fast" handle,
// more rows through PredictForMat. Either takes as long for a row; where our own walk of the trees (lightgbm_forest.h) gives the
// same bits, it answers instead.
#include <array>
#include <atomic>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "serving/lightgbm_forest.h"
#include "serving/native_library.h"
#include "serving/runtime.h"

namespace headrace::serving {
namespace {

using Handle = void*;
constexpr int kFloat64 = 1;  // C_API_DTYPE_FLOAT64
constexpr int kPredictNormal = 0;  // C_API_PREDICT_NORMAL
constexpr int kRowMajor = 1;
constexpr const char* kParameters = "num_threads=1";

struct Api {
  int (*load)(const char*, int*, Handle*);
  int (*free)(Handle);
  int (*num_feature)(Handle, int*);
  int (*num_classes)(Handle, int*);
  int (*names)(Handle, int, int*, size_t, size_t*, char**);
  int (*predict)(Handle, const void*, int, int32_t, int32_t, int, int, int, int, const char*, int64_t*, double*);
  int (*fast_init)(Handle, int, int, int, int, int32_t, const char*, Handle*);
  int (*fast)(Handle, const void*, int64_t*, double*);
  int (*fast_free)(Handle);
  const char* (*last_error)();

  explicit Api(const NativeLibrary& library)
      : load(library.Symbol<int(const char*, int*, Handle*)>("LGBM_BoosterCreateFromModelfile")),
        free(library.Symbol<int(Handle)>("LGBM_BoosterFree")),
        num_feature(library.Symbol<int(Handle, int*)>("LGBM_BoosterGetNumFeature")),
        num_classes(library.Symbol<int(Handle, int*)>("LGBM_BoosterGetNumClasses")),
        names(library.Symbol<int(Handle, int, int*, size_t, size_t*, char**)>("LGBM_BoosterGetFeatureNames")),
        predict(
            library.Symbol<int(Handle, const void*, int, int32_t, int32_t, int, int, int, int, const char*, int64_t*, double*)>(
                "LGBM_BoosterPredictForMat")),
        fast_init(library.Symbol<int(Handle, int, int, int, int, int32_t, const char*, Handle*)>(
            "LGBM_BoosterPredictForMatSingleRowFastInit")),
        fast(library.Symbol<int(Handle, const void*, int64_t*, double*)>("LGBM_BoosterPredictForMatSingleRowFast")),
        fast_free(library.Symbol<int(Handle)>("LGBM_FastConfigFree")),
        last_error(library.Symbol<const char*()>("LGBM_GetLastError")) {}

  void Check(int code, ErrorKind kind = ErrorKind::kInternal) const {
    if (code == 0) return;
    throw Error(kind, kind == ErrorKind::kInternal ? "INTERNAL_ERROR" : "INVALID_PARAMETER_VALUE",
                std::string("LightGBM: ") + last_error());
  }
};

class LightgbmModel : public NativeModel {
 public:
  LightgbmModel(const Api& api, Handle booster, std::vector<std::string> labels)
      : api_(api), booster_(booster), labels_(std::move(labels)) {
    int features = 0, classes = 0;
    api_.Check(api_.num_feature(booster_, &features));
    api_.Check(api_.num_classes(booster_, &classes));
    classes_ = static_cast<size_t>(classes);
    ReadNames(features);
    for (auto& slot : slots_) {
      api_.Check(api_.fast_init(booster_, kPredictNormal, 0, -1, kFloat64, features, kParameters, &slot.config));
    }
  }

  ~LightgbmModel() override {
    for (auto& slot : slots_) {
      if (slot.config) api_.fast_free(slot.config);
    }
    api_.free(booster_);
  }

  const std::vector<std::string>& feature_names() const override { return names_; }
  OutputKind output_kind() const override { return labels_.empty() ? OutputKind::kFloat : OutputKind::kLabel; }
  const std::vector<std::string>& labels() const override { return labels_; }

  void Predict(const double* rows, size_t count, Predictions* out) const override {
    out->values.resize(count * classes_);
    const bool done = forest_ && forest_->Predict(rows, count, out->values.data());
    if (!done) count == 1 ? PredictOne(rows, out->values.data()) : PredictMany(rows, count, out->values.data());
    out->width = classes_;
    out->nested = classes_ > 1;
    if (!labels_.empty()) PickLabels(count, out);
  }

  /// Takes our own walk of the trees of the model's file into use if it answers like the library, bit for bit.
  void CompileForest(const std::string& model_file);

 private:
  /// A prepared handle keeps its own scratch and a lock: each is used by one thread at a time.
  struct Slot {
    Handle config = nullptr;
    std::atomic_flag busy;
  };

  void PredictMany(const double* rows, size_t count, double* out) const {
    int64_t length = 0;
    api_.Check(api_.predict(booster_, rows, kFloat64, static_cast<int32_t>(count), static_cast<int32_t>(names_.size()), kRowMajor,
                            kPredictNormal, 0, -1, kParameters, &length, out));
  }

  void PredictOne(const double* row, double* out) const {
    const size_t start = std::hash<std::thread::id>()(std::this_thread::get_id());
    for (size_t i = 0;; ++i) {
      Slot& slot = slots_[(start + i) % slots_.size()];
      if (slot.busy.test_and_set(std::memory_order_acquire)) {
        if (i % slots_.size() == slots_.size() - 1) std::this_thread::yield();
        continue;
      }
      int64_t length = 0;
      const int code = api_.fast(slot.config, row, &length, out);
      slot.busy.clear(std::memory_order_release);
      return api_.Check(code);
    }
  }

  /// From probabilities to the index of the class, the first one of equals as numpy.argmax has it.
  void PickLabels(size_t count, Predictions* out) const {
    for (size_t i = 0; i < count; ++i) {
      const double* scores = out->values.data() + i * classes_;
      size_t best = 0;
      if (classes_ == 1) {
        best = scores[0] > 1.0 - scores[0];
      } else {
        for (size_t c = 1; c < classes_; ++c) {
          if (scores[c] > scores[best]) best = c;
        }
      }
      out->values[i] = static_cast<double>(best);
    }
    out->values.resize(count);
    out->width = 1;
    out->nested = false;
  }

  void ReadNames(int features) {
    size_t longest = 0;
    int count = 0;
    char nothing = 0;
    char* none = &nothing;
    api_.Check(api_.names(booster_, 0, &count, 0, &longest, &none));
    std::vector<std::string> buffers(features, std::string(longest, '\0'));
    std::vector<char*> pointers;
    for (auto& buffer : buffers) pointers.push_back(buffer.data());
    api_.Check(api_.names(booster_, features, &count, longest, &longest, pointers.data()));
    for (const auto& buffer : buffers) names_.emplace_back(buffer.c_str());
    // LightGBM invents names for columns that had none.
    bool invented = true;
    for (size_t i = 0; i < names_.size(); ++i) invented &= names_[i] == "Column_" + std::to_string(i);
    if (invented) names_.assign(names_.size(), "");
  }

  const Api& api_;
  Handle booster_;
  std::vector<std::string> labels_;
  std::vector<std::string> names_;
  size_t classes_ = 1;
  mutable std::array<Slot, 8> slots_;
  std::optional<LightgbmForest> forest_;
};

void LightgbmModel::CompileForest(const std::string& model_file) {
  std::stringstream text;
  text << std::ifstream(model_file, std::ios::binary).rdbuf();
  auto forest = LightgbmForest::Read(text.view());
  if (!forest || classes_ != 1 || forest->width() != names_.size()) return;

  constexpr size_t kProbes = 512;
  const std::vector<double> probes = forest->ProbeRows(kProbes);
  std::vector<double> expected(kProbes), together(kProbes), alone(kProbes);
  PredictMany(probes.data(), kProbes, expected.data());
  // One row alone and rows together are walked differently.
  bool taken = forest->Predict(probes.data(), kProbes, together.data());
  for (size_t i = 0; i < kProbes; ++i) taken &= forest->Predict(probes.data() + i * forest->width(), 1, &alone[i]);
  if (taken && expected == together && expected == alone) forest_ = std::move(forest);
}

}  // namespace

NativeLoad LoadLightgbm(const std::string& library, const std::string& model_file, std::vector<std::string> labels) {
  const Api& api = ApiOf<Api>(library);
  Handle booster = nullptr;
  int iterations = 0;
  api.Check(api.load(model_file.c_str(), &iterations, &booster), ErrorKind::kInvalidParameter);
  auto model = std::make_unique<LightgbmModel>(api, booster, std::move(labels));
  model->CompileForest(model_file);
  return {std::move(model), ""};
}

}  // namespace headrace::serving

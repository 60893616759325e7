#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "serving/json_reader.h"
#include "serving/model_metadata.h"

namespace headrace::serving {

/// What a request's columns are read into: numbers for the model's own columns, scalars for look-up keys. A column can
/// be both. Immutable after it was built; thread-safe.
class InputLayout {
 public:
  /// `columns` are the model's inputs in its order, all numeric. Without names (`named` false) only rows without names
  /// are taken.
  InputLayout(std::vector<InputColumn> columns, bool named, bool strict_names);
  /// Adds a look-up key; gives its index among the keys.
  size_t AddKey(const std::string& name);
  /// Marks a column that a look-up can fill, so that the caller may leave it out.
  void MarkLookedUp(size_t column) { looked_up_[column] = true; }

  const std::vector<InputColumn>& columns() const { return columns_; }
  const std::vector<std::string>& keys() const { return keys_; }
  bool looked_up(size_t column) const { return looked_up_[column]; }

 private:
  friend class ScoringInput;
  struct Target {
    int column = -1;
    int key = -1;
  };
  const Target* Find(std::string_view name) const {
    const auto it = by_name_.find(name);
    return it == by_name_.end() ? nullptr : &it->second;
  }
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::vector<InputColumn> columns_;
  std::vector<std::string> keys_;
  std::vector<bool> looked_up_;
  std::unordered_map<std::string, Target, Hash, std::equal_to<>> by_name_;
  bool named_;
  bool strict_names_;  // A signature declares the names: rows without names do not fit.
};

/// The rows of one request, read straight into the row-major matrix that the model predicts from. Reused from request
/// to request by one thread, so that a warm one allocates nothing.
class ScoringInput {
 public:
  /// Reads dataframe_records, dataframe_split, instances or inputs. Throws kInvalidParameter (BAD_REQUEST) that names
  /// the column that is missing or does not fit. `body` must stay valid while keys() are used.
  void Read(const InputLayout& layout, std::string_view body);

  size_t rows() const { return rows_; }
  size_t width() const { return width_; }
  const double* matrix() const { return matrix_.data(); }
  double* row(size_t i) { return matrix_.data() + i * width_; }
  /// True where the caller gave a value (null counts).
  bool given(size_t row, size_t column) const { return given_[row * width_ + column]; }
  /// given() of a row's columns.
  const uint8_t* given(size_t row) const { return given_.data() + row * width_; }
  const Scalar& key(size_t row, size_t key) const { return keys_[row * key_count_ + key]; }

 private:
  void ReadRecords();
  void ReadRecord();
  void ReadSplit();
  void ReadSplitRows();
  void ReadInstances();
  void ReadInputs();
  void ReadColumnsObject();
  void ReadPositionalRow();
  void StartRow();
  void GrowTo(size_t rows);
  void Store(const InputLayout::Target& target, size_t row, const Scalar& value);
  double Convert(const InputColumn& column, const Scalar& value) const;
  void NoteExtra(std::string_view name);
  void CheckComplete() const;

  const InputLayout* layout_ = nullptr;
  JsonReader* reader_ = nullptr;
  std::string_view body_;
  size_t width_ = 0;
  size_t key_count_ = 0;
  size_t rows_ = 0;
  bool positional_ = false;
  std::vector<double> matrix_;
  std::vector<uint8_t> given_;
  std::vector<Scalar> keys_;
  std::vector<InputLayout::Target> split_targets_;
  std::vector<std::string> extra_;
  std::deque<std::string> texts_;
};

}  // namespace headrace::serving

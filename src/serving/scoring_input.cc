#include "serving/scoring_input.h"

#include <charconv>
#include <cmath>

#include "base/error.h"

namespace headrace::serving {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void ThrowBad(const std::string& message) { throw Error(ErrorKind::kInvalidParameter, "BAD_REQUEST", message); }

[[noreturn]] void ThrowType(const InputColumn& column, const std::string& found) {
  ThrowBad("Data is not compatible with model signature. Failed to convert column " + column.name + " to type '" +
           NumpyName(column.type) + "': found " + found + ".");
}

std::string ListOfNames(const std::vector<std::string>& names) {
  std::string out = "[";
  for (const auto& name : names) out += (out.size() > 1 ? ", '" : "'") + name + "'";
  return out + "]";
}

/// Numbers in text are taken, as pandas' astype takes them.
bool ParseNumber(std::string_view text, bool whole, double* value) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  int64_t integer;
  const char* end = text.data() + text.size();
  if (const auto [stop, error] = std::from_chars(text.data(), end, integer); error == std::errc() && stop == end) {
    *value = static_cast<double>(integer);
    return true;
  }
  if (whole) return false;
  const auto [stop, error] = std::from_chars(text.data(), end, *value);
  return error == std::errc() && stop == end && !text.empty();
}

}  // namespace

InputLayout::InputLayout(std::vector<InputColumn> columns, bool named, bool strict_names)
    : columns_(std::move(columns)), looked_up_(columns_.size(), false), named_(named), strict_names_(strict_names) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (named_) by_name_[columns_[i].name].column = static_cast<int>(i);
  }
}

size_t InputLayout::AddKey(const std::string& name) {
  Target& target = by_name_[name];
  if (target.key < 0) {
    target.key = static_cast<int>(keys_.size());
    keys_.push_back(name);
  }
  return target.key;
}

void ScoringInput::Read(const InputLayout& layout, std::string_view body) {
  JsonReader reader(body);
  layout_ = &layout;
  body_ = body;
  reader_ = &reader;
  width_ = layout.columns_.size();
  key_count_ = layout.keys_.size();
  rows_ = 0;
  positional_ = false;
  matrix_.clear();
  given_.clear();
  keys_.clear();
  extra_.clear();
  texts_.clear();

  if (reader.Peek() != '{') {
    if (reader.Peek() == 0) reader.Fail("the body is empty");
    reader.Skip();
    ThrowBad(
        "The input must be a JSON dictionary with exactly one of the input fields dataframe_records, "
        "dataframe_split, instances, inputs.");
  }
  int formats = 0;
  std::string other;
  reader.Object([&](std::string_view name) {
    void (ScoringInput::*read)() = nullptr;
    if (name == "dataframe_records") read = &ScoringInput::ReadRecords;
    if (name == "dataframe_split") read = &ScoringInput::ReadSplit;
    if (name == "instances") read = &ScoringInput::ReadInstances;
    if (name == "inputs") read = &ScoringInput::ReadInputs;
    if (!read) {
      if (other.size() < 200) other += (other.empty() ? "" : ", ") + std::string(name);
      return reader.Skip();
    }
    if (++formats > 1) {
      ThrowBad(
          "The input must be a JSON dictionary with exactly one of the input fields dataframe_records, "
          "dataframe_split, instances, inputs. Received several.");
    }
    (this->*read)();
  });
  reader.ExpectEnd();
  if (formats == 0) {
    ThrowBad(
        "The input must be a JSON dictionary with exactly one of the input fields dataframe_records, "
        "dataframe_split, instances, inputs. Received dictionary with input fields: [" +
        other + "].");
  }
  reader_ = nullptr;
  CheckComplete();
}

void ScoringInput::GrowTo(size_t rows) {
  if (rows <= rows_) return;
  rows_ = rows;
  matrix_.resize(rows * width_, kNaN);
  given_.resize(rows * width_, 0);
  keys_.resize(rows * key_count_);
}

void ScoringInput::StartRow() { GrowTo(rows_ + 1); }

double ScoringInput::Convert(const InputColumn& column, const Scalar& value) const {
  switch (value.kind) {
    case Scalar::Kind::kAbsent:
    case Scalar::Kind::kNull:
      return column.type == InputType::kBoolean ? 0.0 : kNaN;
    case Scalar::Kind::kNested:
      ThrowType(column, "a list or an object");
    case Scalar::Kind::kText: {
      double number;
      if (column.type == InputType::kBoolean) return !value.text.empty();
      const bool whole = column.type == InputType::kInteger || column.type == InputType::kLong;
      if (!ParseNumber(value.text, whole, &number)) ThrowType(column, "'" + std::string(value.text.substr(0, 100)) + "'");
      return column.type == InputType::kFloat ? static_cast<float>(number) : number;
    }
    default:
      break;
  }
  switch (column.type) {
    case InputType::kBoolean:
      return value.real != 0;
    case InputType::kInteger:
      if (std::abs(value.real) > 2147483648.0) ThrowType(column, "a number out of its range");
      [[fallthrough]];
    case InputType::kLong:
      // 2^63, which a double holds and a long does not.
      if (!(value.real >= -9223372036854775808.0 && value.real < 9223372036854775808.0))
        ThrowType(column, "a number out of its range");
      return std::trunc(value.real);
    case InputType::kFloat:
      return static_cast<float>(value.real);
    default:
      return value.real;
  }
}

void ScoringInput::Store(const InputLayout::Target& target, size_t row, const Scalar& value) {
  if (target.key >= 0) {
    Scalar& key = keys_[row * key_count_ + target.key];
    key = value;
    if (value.kind == Scalar::Kind::kText) {
      // Text without escapes lies in the body; a decoded one in the reader, which ends before the keys are used.
      const bool in_body = value.text.data() >= body_.data() && value.text.data() < body_.data() + body_.size();
      if (!in_body) key.text = texts_.emplace_back(value.text);
    }
  }
  if (target.column >= 0) {
    const size_t at = row * width_ + target.column;
    matrix_[at] = Convert(layout_->columns_[target.column], value);
    given_[at] = 1;
  }
}

void ScoringInput::NoteExtra(std::string_view name) {
  if (extra_.size() >= 10) return;
  for (const auto& known : extra_) {
    if (known == name) return;
  }
  extra_.emplace_back(name);
}

void ScoringInput::ReadRecord() {
  StartRow();
  const size_t row = rows_ - 1;
  reader_->Object([&](std::string_view name) {
    const auto* target = layout_->Find(name);
    const Scalar value = reader_->Value();
    target ? Store(*target, row, value) : NoteExtra(name);
  });
}

void ScoringInput::ReadRecords() {
  if (reader_->Peek() != '[') ThrowBad("Dataframe records format must be a list of records.");
  reader_->Array([&] {
    if (reader_->Peek() != '{')
      ThrowBad("Provided dataframe_records field is not a valid dataframe representation in 'records' format.");
    ReadRecord();
  });
}

void ScoringInput::ReadSplit() {
  if (reader_->Peek() != '{') ThrowBad("Dataframe split format must be a dictionary.");
  size_t data = 0;
  bool has_data = false, has_columns = false, read = false;
  split_targets_.clear();
  thread_local std::vector<bool> named;
  named.assign(layout_->columns_.size() + layout_->keys_.size(), false);
  reader_->Object([&](std::string_view name) {
    if (name == "columns") {
      has_columns = true;
      reader_->Array([&] {
        const Scalar column = reader_->Value();
        const std::string text = column.kind == Scalar::Kind::kText  ? std::string(column.text)
                                 : column.kind == Scalar::Kind::kInt ? std::to_string(column.integer)
                                                                     : "";
        const auto* target = layout_->Find(text);
        if (!target) {
          NoteExtra(text);
        } else {
          const size_t place = target->column >= 0 ? target->column : layout_->columns_.size() + target->key;
          if (named[place]) ThrowBad("Column '" + text + "' is in dataframe_split more than once.");
          named[place] = true;
        }
        split_targets_.push_back(target ? *target : InputLayout::Target{});
      });
    } else if (name == "data") {
      has_data = true;
      if (has_columns) {
        ReadSplitRows();
        read = true;
      } else {
        data = reader_->position();
        reader_->Skip();
      }
    } else if (name == "index") {
      reader_->Skip();
    } else {
      ThrowBad("Dataframe split format must have 'data' field and optionally 'columns' and 'index' fields. Got '" +
               std::string(name) + "'.");
    }
  });
  if (!has_data) {
    ThrowBad("Dataframe split format must have 'data' field and optionally 'columns' and 'index' fields. 'data' is missing.");
  }
  if (read) return;
  const size_t end = reader_->position();
  reader_->Seek(data);
  if (has_columns) {
    ReadSplitRows();
  } else {
    reader_->Array([&] { ReadPositionalRow(); });
  }
  reader_->Seek(end);
}

void ScoringInput::ReadSplitRows() {
  if (reader_->Peek() != '[')
    ThrowBad("Provided dataframe_split field is not a valid dataframe representation in 'split' format.");
  reader_->Array([&] {
    if (reader_->Peek() != '[')
      ThrowBad("Provided dataframe_split field is not a valid dataframe representation in 'split' format.");
    StartRow();
    size_t column = 0;
    reader_->Array([&] {
      if (column >= split_targets_.size()) {
        ThrowBad("Provided dataframe_split field has more values than its " + std::to_string(split_targets_.size()) +
                 " columns.");
      }
      const Scalar value = reader_->Value();
      Store(split_targets_[column++], rows_ - 1, value);
    });
    if (column != split_targets_.size()) {
      ThrowBad("Provided dataframe_split field has " + std::to_string(split_targets_.size()) + " columns, but a row has " +
               std::to_string(column) + " values.");
    }
  });
}

void ScoringInput::ReadPositionalRow() {
  positional_ = true;
  StartRow();
  if (layout_->strict_names_) {
    // The names are missing as a whole; CheckComplete says which ones the model wants.
    return reader_->Skip();
  }
  size_t column = 0;
  const auto one = [&] {
    const Scalar value = reader_->Value();
    if (column < width_) Store({static_cast<int>(column), -1}, rows_ - 1, value);
    ++column;
  };
  reader_->Peek() == '[' ? reader_->Array(one) : one();
  if (column != width_) {
    ThrowBad("The model takes " + std::to_string(width_) + " inputs, but a row has " + std::to_string(column) + ".");
  }
}

void ScoringInput::ReadInstances() {
  if (reader_->Peek() != '[') ThrowBad("'instances' must be a list.");
  reader_->Array([&] { reader_->Peek() == '{' ? ReadRecord() : ReadPositionalRow(); });
}

void ScoringInput::ReadInputs() {
  if (reader_->Peek() == '{') return ReadColumnsObject();
  ReadInstances();
}

void ScoringInput::ReadColumnsObject() {
  size_t rows = 0;
  reader_->Object([&](std::string_view name) {
    const auto* target = layout_->Find(name);
    if (!target) NoteExtra(name);
    size_t row = 0;
    const auto one = [&] {
      GrowTo(row + 1);
      const Scalar value = reader_->Value();
      if (target) Store(*target, row, value);
      ++row;
    };
    reader_->Peek() == '[' ? reader_->Array(one) : one();
    if (rows != 0 && row != rows) ThrowBad("All columns of 'inputs' must be of the same length.");
    rows = row;
  });
}

void ScoringInput::CheckComplete() const {
  std::vector<std::string> missing;
  for (size_t column = 0; column < width_; ++column) {
    const InputColumn& declared = layout_->columns_[column];
    if (layout_->looked_up_[column]) continue;
    bool given = false;
    for (size_t row = 0; row < rows_ && !given; ++row) given = given_[row * width_ + column];
    if (!given && declared.required) missing.push_back(declared.name);
    if ((declared.type == InputType::kLong || declared.type == InputType::kInteger) && given) {
      for (size_t row = 0; row < rows_; ++row) {
        if (std::isnan(matrix_[row * width_ + column])) ThrowType(declared, "a missing value");
      }
    }
  }
  if (missing.empty()) return;
  std::string message = "Failed to enforce schema of the input. Error: Model is missing inputs " + ListOfNames(missing) + ".";
  if (!extra_.empty()) message += " Note that there were extra inputs: " + ListOfNames(extra_) + ".";
  ThrowBad(message);
}

}  // namespace headrace::serving

#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sql/lexer.h"
#include "sql/parser.h"

namespace headrace::sql {

/// Recursive descent over the tokens of one text. Choices that the next tokens do not decide are tried in order
/// (Attempt); the failure reported at the end is the one that got furthest. For one use by one thread.
class Parser {
 public:
  Parser(std::string_view text, const ParserOptions& options);

  Statement WholeStatement();
  plan::RelationPtr WholeQuery();
  plan::ExpressionPtr WholeExpression();
  plan::SortOrder WholeSortOrder();
  plan::DataType WholeDataType();
  plan::Schema WholeSchema();
  plan::NameParts WholeIdentifier();

 private:
  // A text that cannot go on at a token; turned into PARSE_SYNTAX_ERROR at the end.
  struct SyntaxFailure {
    size_t token;
    std::string hint;
  };
  using Words = std::initializer_list<std::string_view>;

  // ---- tokens (parser.cc)
  const Token& Peek(size_t ahead = 0) const;
  bool AtEnd() const { return Peek().kind == Token::Kind::kEnd; }
  bool AtWord(std::string_view word, size_t ahead = 0) const;
  bool AtWords(Words words, size_t ahead = 0) const;  ///< All of them, in this order.
  bool AtAnyWord(Words words, size_t ahead = 0) const;  ///< One of them.
  bool AtSymbol(std::string_view symbol, size_t ahead = 0) const;
  bool AtString(size_t ahead = 0) const;
  bool AtIdentifier(size_t ahead = 0) const;
  bool AtStrictIdentifier(size_t ahead = 0) const;
  /// No clause can begin at a word that is followed by this: end, `,`, `)`, `;`.
  bool AtStop(size_t ahead) const;
  bool AcceptWord(std::string_view word);
  bool AcceptWords(Words words);
  bool AcceptAnyWord(Words words);
  bool AcceptSymbol(std::string_view symbol);
  void ExpectWord(std::string_view word);
  void ExpectSymbol(std::string_view symbol);
  /// Closes a type's `<`, also as the first part of `>>`.
  void ExpectClosingAngle();
  void ExpectEnd();
  const Token& Next();
  size_t Mark() const { return at_; }

  [[noreturn]] void Fail(std::string hint = "");
  template <typename Work>
  auto Whole(Work work) -> decltype(work());
  /// Runs `work`; on a syntax failure goes back and gives false.
  bool Attempt(const std::function<void()>& work);
  Error SyntaxError(const SyntaxFailure& failure) const;
  /// An error about the text between the token `first` and the last one taken.
  Error At(size_t first, std::string condition, std::string message, Error::Parameters parameters = {}) const;
  plan::Origin Where(size_t first) const;
  std::string TextOf(size_t first, size_t end) const;  ///< Source text of the tokens [first, end).

  class Depth;

  // ---- names (parser.cc)
  std::string Identifier();
  std::string StrictIdentifier();
  std::string CapturingIdentifier();  ///< Names the hyphen in `my-table`.
  plan::NameParts MultipartIdentifier();
  plan::NameParts IdentifierReference();
  std::vector<std::string> IdentifierList();
  std::vector<plan::NameParts> MultipartIdentifiers();
  std::string FoldConstantString(const plan::ExpressionPtr& expression, size_t first, const std::string& clause);
  plan::NameParts SplitName(const std::string& text) const;

  // ---- literals (literal.cc)
  std::string StringText();  ///< One or more adjacent string tokens.
  std::string Unquote(const Token& token) const;
  plan::ExpressionPtr Number(bool negative, size_t first);
  plan::ExpressionPtr TypedLiteral(const std::string& type, size_t first);
  bool AtInterval() const;
  plan::ExpressionPtr Interval();
  plan::ExpressionPtr IntervalFromText(const std::string& text, size_t first);
  plan::ExpressionPtr UnitToUnit(const std::string& value, const std::string& from, const std::string& to, size_t first);
  int64_t IntegerValue();
  std::optional<plan::ExpressionPtr> Parameter();

  // ---- types (type.cc)
  plan::DataType Type();
  plan::StructField Column(bool in_struct);
  plan::Schema Columns();
  /// The whole text as a list of columns; false, with nothing taken, when it is one type.
  bool AttemptColumns(plan::Schema* columns);

  // ---- expressions (expression.cc, primary.cc)
  plan::ExpressionPtr Expr();
  plan::ExpressionPtr BooleanOr();
  plan::ExpressionPtr BooleanAnd();
  plan::ExpressionPtr BooleanNot();
  plan::ExpressionPtr Predicate(plan::ExpressionPtr value);
  Error BangForNot();  ///< `a ! IN (...)`, which Spark gave up.
  plan::ExpressionPtr LikeQuantified(plan::ExpressionPtr value, const std::string& function, bool negated, size_t first);
  plan::ExpressionPtr ValueExpr(int min_precedence = 1);
  plan::ExpressionPtr Unary();
  plan::ExpressionPtr Primary();
  plan::ExpressionPtr Postfix(plan::ExpressionPtr base, size_t first);
  plan::ExpressionPtr PrimaryBase();
  plan::ExpressionPtr ParenthesizedExpr();
  plan::ExpressionPtr Case();
  plan::ExpressionPtr SpecialCall();  ///< Null when the tokens are no special form.
  plan::ExpressionPtr NameOrCall();
  plan::ExpressionPtr Call(plan::NameParts name, size_t first);
  plan::ExpressionPtr Argument();
  plan::ExpressionPtr Lambda(std::vector<std::string> arguments, size_t first);
  plan::ExpressionPtr NamedExpr();
  plan::Expressions NamedExprs();
  plan::Expressions Exprs();
  bool AtColumnAlias() const;
  plan::SortOrder SortItem();
  std::vector<plan::SortOrder> SortItems();
  plan::Window WindowSpec();
  plan::Window OverWindow();  ///< Behind OVER, which may be a name too.
  /// `next` is what comes behind it.
  plan::WindowFrame::Bound FrameBound(std::string_view next);
  std::vector<plan::NameParts> StarExcept();

  // ---- queries (query.cc, relation.cc, pipe.cc)
  bool AtQuery(size_t ahead = 0) const;
  /// Whether a parenthesis that starts here holds a query; decided by trying when parentheses nest.
  bool ParenthesizedQuery(plan::RelationPtr* out);
  plan::RelationPtr Query();
  plan::RelationPtr QueryTerm(int min_precedence);
  plan::RelationPtr QueryPrimary();
  plan::RelationPtr Select();
  plan::RelationPtr SelectBody(plan::RelationPtr input, size_t first);
  plan::RelationPtr FromStatement();
  plan::RelationPtr Organization(plan::RelationPtr input, bool in_pipe = false);
  plan::RelationPtr InlineValues();
  struct Grouping {
    plan::Aggregate::Kind kind = plan::Aggregate::Kind::kGroupBy;
    plan::Expressions expressions;
    std::vector<plan::Expressions> sets;
    bool all = false;
  };
  Grouping GroupBy();
  plan::Expressions GroupingSet(std::map<std::string, plan::ExpressionPtr>* seen);
  std::vector<plan::Expressions> GroupingElement(std::map<std::string, plan::ExpressionPtr>* seen);
  struct Ctes {
    std::vector<plan::With::Definition> definitions;
    bool recursive = false;
    size_t first = 0;
  };
  std::optional<Ctes> MaybeCtes();
  plan::RelationPtr Wrap(const std::optional<Ctes>& ctes, plan::RelationPtr body);
  struct PendingHint {
    std::string name;
    plan::Expressions parameters;
    plan::Origin origin;
  };
  std::vector<PendingHint> Hints();
  void MaybeWindowClause();
  plan::RelationPtr From();
  plan::RelationPtr RelationWithJoins(bool* lateral);
  plan::RelationPtr RelationPrimary();
  plan::RelationPtr ReadTable();
  bool AtJoin() const;
  plan::RelationPtr Join(plan::RelationPtr left, size_t first);
  plan::RelationPtr Pivot(plan::RelationPtr input);
  plan::RelationPtr Unpivot(plan::RelationPtr input);
  plan::RelationPtr LateralView(plan::RelationPtr input);
  plan::RelationPtr Sample(plan::RelationPtr input);
  plan::RelationPtr TableAlias(plan::RelationPtr input, size_t first);
  bool AtTableAlias() const;
  bool AtFunctionCallInFrom() const;
  plan::ExpressionPtr TableArgument();
  plan::TimeTravel TimeTravelClause();
  plan::RelationPtr Pipe(plan::RelationPtr input);
  plan::RelationPtr PipeAggregate(plan::RelationPtr input, size_t first);

  // ---- commands (command.cc, create.cc, alter.cc, dml.cc, show.cc)
  Statement AnyStatement();
  plan::CommandPtr MaybeCommand();
  plan::CommandPtr AcceptDml(const std::optional<Ctes>& ctes);
  plan::CommandPtr Maintenance(size_t first);
  template <typename T>
  plan::CommandPtr Done(T node, size_t first) {
    return plan::MakeCommand(std::move(node), Where(first));
  }
  bool IfExists();
  bool IfNotExists();
  plan::CommandPtr Create(size_t first);
  plan::CommandPtr CreateTable(size_t first, bool create, bool replace);
  plan::CommandPtr CreateView(size_t first, bool replace, plan::CreateView::Scope scope);
  plan::CommandPtr CreateNamespace(size_t first, const std::string& kind);
  void TableElements(plan::CreateTable* table);
  plan::ColumnDefinition ColumnDefinition();
  void ColumnOption(plan::ColumnDefinition* column);
  void TableClauses(plan::CreateTable* table);
  plan::ExpressionPtr PartitionField(plan::CreateTable* table);
  plan::CommandPtr CloneOf(const plan::CreateTable& table, size_t first);
  plan::CommandPtr Drop(size_t first);
  plan::CommandPtr Alter(size_t first);
  plan::CommandPtr AlterNamespace(size_t first, const std::string& kind);
  plan::CommandPtr AlterView(plan::AlterTable alter, size_t first);
  plan::CommandPtr AlterAdd(plan::AlterTable alter, size_t first);
  plan::CommandPtr AlterDrop(plan::AlterTable alter, size_t first);
  plan::CommandPtr AlterSet(plan::AlterTable alter, size_t first);
  plan::CommandPtr AlterColumn(plan::AlterTable alter, size_t first);
  plan::AlterTable::Column NewColumn();
  plan::ColumnPosition Position();
  plan::Options Properties();
  std::pair<std::string, std::string> Property();
  std::string PropertyKey();
  plan::CommandPtr InsertStatement(const std::optional<Ctes>& ctes, plan::RelationPtr from);
  plan::CommandPtr DeleteStatement(size_t first);
  plan::CommandPtr UpdateStatement(size_t first);
  plan::CommandPtr MergeStatement(const std::optional<Ctes>& ctes, size_t first);
  void MergeClause(plan::Merge* merge);
  std::vector<plan::Assignment> Assignments();
  plan::Target TargetTable(bool with_alias);
  plan::CommandPtr Describe(size_t first);
  plan::CommandPtr Show(size_t first);
  plan::CommandPtr Set(size_t first);
  plan::CommandPtr Reset(size_t first);
  plan::CommandPtr Use(size_t first);
  plan::CommandPtr Explain(size_t first);
  plan::CommandPtr Cache(size_t first);
  plan::CommandPtr Declare(size_t first);
  plan::CommandPtr ExecuteImmediate(size_t first);
  plan::CommandPtr CommentOn(size_t first);
  plan::CommandPtr Analyze(size_t first);
  plan::CommandPtr Vacuum(size_t first);
  plan::CommandPtr Optimize(size_t first);
  plan::CommandPtr Restore(size_t first);
  plan::CommandPtr Unsupported(const std::string& feature, size_t first);
  plan::Target PathOrTable();
  void SkipStatement();

  std::shared_ptr<const std::string> text_;
  std::string upper_;
  ParserOptions options_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  size_t furthest_ = 0;
  std::string furthest_hint_;
  int depth_ = 0;
  int positional_ = 0;
  std::set<size_t> not_a_query_;
  std::vector<std::string> lambda_arguments_;
  /// Window nodes `OVER name` of the query being read, filled in by its WINDOW clause. Nodes are still ours alone.
  struct OpenWindow {
    plan::Window* node;
    size_t token;
  };
  std::vector<OpenWindow> open_windows_;
};

/// One level of nesting; throws FAILED_TO_PARSE_TOO_COMPLEX before the stack ends.
class Parser::Depth {
 public:
  explicit Depth(Parser* parser);
  ~Depth() { --parser_->depth_; }

 private:
  Parser* parser_;
};

/// The text with settings' values for each `${name}` in it.
std::string Substituted(std::string_view text, const ParserOptions& options);
std::string UpperText(std::string_view text);
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

}  // namespace headrace::sql

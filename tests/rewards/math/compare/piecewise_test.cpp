#include "rewards/math/compare/piecewise.h"

#include "tests/rewards/math/comparison_pairs.h"

namespace r1::math {
namespace {

const std::string kAbsolute = "\\begin{cases}x&x\\ge 0\\\\-x&x<0\\end{cases}";

TEST(Piecewise, CasesMayComeInAnyOrderAndShareABorder) {
  expect_equal({{kAbsolute, "\\begin{cases}-x&x<0\\\\x&x\\ge 0\\end{cases}"},
                {kAbsolute, "\\begin{cases}x&x>0\\\\-x&x\\le 0\\end{cases}"},
                {kAbsolute, "\\begin{cases}x&x\\ge 0\\\\-x&\\text{otherwise}\\end{cases}"},
                {kAbsolute, "|x|"},
                {kAbsolute, "\\sqrt{x^2}"},
                {"f(x)=" + kAbsolute, kAbsolute}});
}

TEST(Piecewise, AnotherValueBorderOrSignIsDifferent) {
  expect_different(
      {{kAbsolute, "\\begin{cases}-x&x\\ge 0\\\\x&x<0\\end{cases}"},
       {kAbsolute, "\\begin{cases}x&x\\ge 1\\\\-x&x<1\\end{cases}"},
       {kAbsolute, "x"},
       {"\\begin{cases}1&x>0\\\\0&x=0\\\\-1&x<0\\end{cases}", "\\begin{cases}1&x>0\\\\-1&x<0\\end{cases}"},
       {kAbsolute, "-|x|"},
       {"\\begin{cases}1&x>0\\\\0&x\\le 0\\end{cases}", "\\begin{cases}1&x\\ge 0\\\\0&x<0\\end{cases}"}});
}

}  // namespace
}  // namespace r1::math

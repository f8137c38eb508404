/* casebook/casebook.h - all of casebook's headers. */
#ifndef CASEBOOK_CASEBOOK_H
#define CASEBOOK_CASEBOOK_H

#include <casebook/base.h>
#include <casebook/beta_product.h>
#include <casebook/claims.h>
#include <casebook/compare.h>
#include <casebook/contrast.h>
#include <casebook/conventions.h>
#include <casebook/cox.h>
#include <casebook/cox_curve.h>
#include <casebook/cox_residuals.h>
#include <casebook/cumulative_incidence.h>
#include <casebook/describe.h>
#include <casebook/document.h>
#include <casebook/fine_gray.h>
#include <casebook/kaplan_meier.h>
#include <casebook/life_table.h>
#include <casebook/log_rank.h>
#include <casebook/manuscript.h>
#include <casebook/mean_cumulative.h>
#include <casebook/nelson_aalen.h>
#include <casebook/paper.h>
#include <casebook/proportion.h>
#include <casebook/rate.h>
#include <casebook/render.h>
#include <casebook/restricted_mean.h>
#include <casebook/risk_table.h>
#include <casebook/study.h>
#include <casebook/table.h>

#endif

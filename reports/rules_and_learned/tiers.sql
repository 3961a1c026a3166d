select
    mart_compliance_agreement.rule_tier_name as rule_tier,
    mart_compliance_agreement.learned_tier_name as learned_tier,
    mart_compliance_agreement.customer_count,
    mart_compliance_agreement.share_of_rule_tier,
    mart_compliance_agreement.compared_count,
    mart_compliance_agreement.same_tier_share,
    mart_compliance_agreement.same_tier_share_low,
    mart_compliance_agreement.same_tier_share_high,
    mart_compliance_agreement.same_tier_share_by_chance,
    mart_compliance_agreement.quadratic_weighted_kappa
from mart_compliance_agreement
order by
    list_position(['low', 'medium', 'high'], mart_compliance_agreement.rule_tier),
    list_position(['low', 'medium', 'high'], mart_compliance_agreement.learned_tier)

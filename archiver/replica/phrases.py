"""The phrases of the invented articles. Every place, company, code and figure is fictitious."""

from __future__ import annotations

REGIONS = (
    "云川省", "临江省", "北岭省", "东屿市", "平湖新区", "河阳市", "南麓自治州", "青岚县", "海曲市", "望山市",
    "白沙湾新区", "岚溪市", "松陵高新区", "金渡区", "石桥县", "碧澜市",
)  # fmt: skip

INDUSTRIES = (
    "工业机器人", "储能", "集成电路封装", "冷链物流", "生物育种", "轨道交通装备", "工业软件", "海上风电",
    "新型显示", "动力电池回收", "高端轴承", "智能仪表", "绿色建材", "特种纸", "跨境电商", "预制菜",
    "光纤传感", "氢能装备", "智慧港口", "纺织新材料",
)  # fmt: skip

COMPANIES = {
    "晨穗科技": "0.009812",
    "远岑股份": "0.009827",
    "禾川绿能": "0.009833",
    "砺石材料": "1.609906",
    "沐光电气": "1.609915",
    "衡峦医药": "0.309921",
    "云汀物流": "0.309934",
    "拓野重工": "1.609947",
    "澄溪食品": "0.009952",
    "岚屿仪器": "1.689961",
    "启垣软件": "1.689975",
    "鹿鸣纺织": "1.609983",
    "松涧建材": "0.009990",
    "海错渔业": "0.309998",
}
"""Name → market prefix and code. No stock exchange uses these codes."""

HK_COMPANIES = {"晟湾控股": "116.99871", "南屿港口": "116.99882", "玉衡国际": "116.99893"}

BOARDS = {
    "储能板块": "90.BK9037",
    "数字基建": "90.BK9048",
    "种业概念": "90.BK9053",
    "港口航运": "90.BK9061",
    "工业软件板块": "90.BK9072",
    "轴承概念": "90.BK9084",
    "冷链概念": "90.BK9095",
}

GLOSSARY = {
    "公告": ("Info.3332", "http://data.eastmoney.com/notices/"),
    "龙虎榜": ("Info.3335", "http://data.eastmoney.com/stock/tradedetail.html"),
    "大宗交易": ("Info.3341", "http://data.eastmoney.com/dzjy/"),
    "业绩预告": ("Info.3346", "http://data.eastmoney.com/bbsj/yjyg.html"),
}

MEDIA_BOARDS = {"证券": "90.BK0473", "上海": "90.BK0145"}
"""Words in the names of sources that the vendor takes for boards."""

AUTHORITIES = (
    "工业和信息化厅", "发展改革委", "商务局", "统计局", "地方金融监管局", "交通运输厅", "市场监管局",
    "农业农村厅", "科学技术局",
)  # fmt: skip

SPEAKERS = (
    "有关负责人", "一位参与调研的分析人士", "该公司董事会秘书", "当地行业协会秘书长", "多位受访的中小企业主",
    "项目总工程师", "一家券商的研究员", "港区调度中心值班长",
)  # fmt: skip

MEASURES = (
    "设备更新补助", "首台套保险补偿", "研发费用加计扣除", "用地指标周转", "稳岗返还", "融资担保降费",
    "供应链白名单", "绿色信贷贴息", "通关便利化", "人才公寓配租",
)  # fmt: skip

OPENINGS = (
    "记者从{region}{office}获悉，今年前{n}个月，当地{industry}产业实现营业收入{money}亿元，同比增长{pct}%，增速比上年同期加快{small}个百分点。",
    "{date}，{region}召开{industry}产业链对接会，{n}家企业现场签约，意向投资额{money}亿元，较上一届增加{pct}%。",
    "{company}{date}晚间披露，公司拟以自有资金{money}亿元投建{industry}项目，建设周期预计{n}个月。",
    "{region}{office}{date}发布{industry}运行情况：全年完成投资{money}亿元，比上年增长{pct}%，{measure}等政策效果逐步显现。",
    "受订单回升带动，{company}所在的{industry}行业近期开工率升至{pct2}%，部分产线排产已到{n}个月以后。",
    "{date}早盘，{board}震荡走高，截至发稿，板块内{n}只个股涨幅超过{small}%，{company}成交额居前。",
)

SENTENCES = (
    "数据显示，{region}{industry}企业数量达到{count}家，其中年营收超过{n}亿元的有{few}家，较年初净增{n}家。",
    "从分项看，设备投资增长{pct}%，技术改造投资增长{pct}%，两项合计拉动增速{small}个百分点。",
    "{speaker}表示，“{measure}落地以后，我们最直接的感受是现金流宽松了，今年敢接周期更长的订单。”",
    "与此同时，原材料价格同比回落{small}%，物流成本占销售收入的比重降至{small}%，企业利润空间有所修复。",
    "{speaker}介绍，目前{industry}关键部件的本地配套率为{pct2}%，比三年前提高了{few}个百分点，但高端环节仍有缺口。",
    "{company}在互动平台回复称，相关产线处于爬坡阶段，单月产能约为{count}台（套），良率稳定在{pct2}%以上。",
    "值得注意的是，{board}年内累计成交{money}亿元，换手率明显高于同期均值，资金分歧也在加大。",
    "根据{company}{date}发布的公告，本次募集资金净额{money}亿元，其中{pct2}%投向{industry}，其余补充流动资金。",
    "业绩预告显示，{company}预计全年净利润{money}亿元，同比增长{pct}%；{other}则预计亏损{small}亿元，主要受计提减值影响。",
    "港股方面，{hk}午后拉升，涨幅一度扩大至{small}%，公司此前宣布回购不超过{count}万股。",
    "龙虎榜显示，三家机构席位合计净买入{other}{small}亿元，一家营业部净卖出{small}亿元。",
    "当日{other}还发生{few}笔大宗交易，合计成交{count}万股，成交均价较收盘价折让{small}%。",
    "{region}提出，到{year}年，{industry}产业规模突破{money}亿元，建成{few}个公共技术平台，培育{n}家链主企业。",
    "在{region}的一处厂房里，{count}台设备正在调试，工人把一箱箱样件送往检测线，墙上的看板每隔{n}分钟刷新一次进度。",
    "业内人士认为，{industry}的竞争已从比价格转向比交付，谁能把周期压缩到{few}周以内，谁就能拿到下一轮订单。",
    "政策层面，{office}会同有关部门推出{measure}、{measure}等{few}项措施，首批资金{small}亿元已拨付到位。",
    "进出口数据同样亮眼：前{n}个月，{region}{industry}产品出口{money}亿元，增长{pct}%，对新兴市场的占比升至{pct2}%。",
    "不过，{speaker}也提醒，需求恢复的基础还不牢固，应收账款周期平均拉长了{n}天，中小企业对利率仍较敏感。",
    "有券商研报测算，若{measure}全面铺开，{industry}行业平均成本有望下降{small}%，对应利润弹性约{pct}%。",
    "截至{date}，相关基金份额增加{count}万份，{board}的估值分位回到近五年{pct2}%的位置。",
    "该项目位于{region}，占地{count}亩，分两期建设，全部达产后可年处理{industry}订单{count}批次。",
    "人才是另一道考题。当地两年内引进工程师{count}名，新设实训基地{few}个，与{n}所院校签订了订单培养协议。",
    "《{industry}行业规范条件（{year}年本）》征求意见稿提出，新建项目能耗应低于现有平均水平{few}%。",
    "{company}({code})相关负责人说，公司已同{few}家整车厂完成送样，最快于第{quarter}季度小批量供货。",
    "物流端的变化更直观：{region}口岸日均进出车辆{count}辆次，平均候检时间从{n}小时缩短至{few}小时。",
    "截至收盘，{other}报{small}元，涨{small}%，总市值{money}亿元；{board}整体上涨{small}%。",
)

HEADINGS = (
    "稳住基本盘", "从样件到订单", "政策怎么落地", "谁在买单", "产业链补短板", "账本里的变化", "下一步看什么",
    "风险与分歧", "港口的一天", "出海新路径", "资金面观察", "从试点到推广",
)  # fmt: skip

TITLES = (
    "{region}：{industry}产业营收突破{money}亿元",
    "{region}{industry}投资增长{pct}% {measure}加快落地",
    "{company}拟投{money}亿元建设{industry}项目",
    "{board}午后走强 {company}成交额居前",
    "一线调研：{industry}订单排到{n}个月以后",
    "{company}：{industry}产线良率稳定在{pct2}%以上",
    "{region}出台{few}条措施支持{industry}企业",
    "{industry}竞争转向拼交付 {region}补链提速",
    "{office}：前{n}个月{industry}出口增长{pct}%",
    "从{few}天到{few}小时，{region}口岸提速背后",
)

ENDINGS = (
    "如何把账算清，仍取决于后续{measure}的力度。",
    "接下来的{few}个月，将是检验成色的窗口。",
    "本文不构成投资建议，市场有风险，决策须谨慎。",
    "记者将继续关注{region}{industry}产业的后续进展。",
)

LAWS = ("《<{region}议定书>第{few}修正案》", "《<{industry}公约>附加条款》", "《研发&设计服务指引》")
"""Titles of documents with characters that must be entities in HTML."""

CAPTION_PLACES = ("企业官网", "港区管理处", "项目指挥部", "本报资料室", "展会主办方")
